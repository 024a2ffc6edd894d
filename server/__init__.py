"""crowdcount: any browser becomes a people counter."""

__version__ = "0.2.0"
