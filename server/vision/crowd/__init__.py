"""Crowds: detecting that a scene is too crowded for individual detection, and estimating the number of people.

A *closer look* is an additional detection pass at a higher resolution: of one tile, of the whole frame, or of all
tiles (a *survey*). The *usual look* is the regular detection of each frame.
"""
