"""Plans as JSON: a GeoJSON FeatureCollection in normalised coordinates (docs/zones.md)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any, TypeVar, cast

from server.core.alarm import Limits
from server.core.errors import CodedError
from server.core.geometry import PointNorm
from server.core.ground import Calibration
from server.core.plan import Plan, ZoneLimits
from server.core.zone import Anchor, Line, LineMode, Zone

Json = dict[str, Any]
T = TypeVar("T")

_ZONE_SECONDS = ("entry_s", "exit_s", "revisit_s")
_FIGURES = tuple(field.name for field in fields(ZoneLimits))


def encode_plan(plan: Plan) -> Json:
    """Return the plan as JSON values."""
    features = [_encode_zone(zone, plan.limits.get(zone.id)) for zone in plan.zones]
    features += [_encode_line(line) for line in plan.lines]
    document: Json = {"type": "FeatureCollection", "features": features}
    if plan.calibration is not None:
        document["calibration"] = {
            "points": [list(point) for point in plan.calibration.points_norm],
            "metres": [list(place) for place in plan.calibration.metres],
        }
    if plan.aspect is not None:
        document["aspect"] = plan.aspect
    return document


def decode_plan(document: object) -> Plan:
    """Parse a plan from JSON values.

    Raises
    ------
    CodedError
        ``BAD_PLAN`` for a malformed document, or the code of the invalid shape, limit or calibration.
    """
    body = _mapping(document, "the document")
    if body.get("type") != "FeatureCollection":
        raise _bad("type must be FeatureCollection")
    zones, lines, limits = [], [], {}
    for index, item in enumerate(_sequence(body.get("features"), "features")):
        feature = _mapping(item, f"features[{index}]")
        geometry = _mapping(feature.get("geometry"), f"features[{index}].geometry")
        if geometry.get("type") == "Polygon":
            zone, zone_limits = _decode_zone(feature, geometry, f"features[{index}]")
            zones.append(zone)
            if zone_limits != ZoneLimits():
                limits[zone.id] = zone_limits
        elif geometry.get("type") == "LineString":
            lines.append(_decode_line(feature, geometry, f"features[{index}]"))
        else:
            raise _bad(f"features[{index}].geometry.type must be Polygon or LineString")
    aspect = None if body.get("aspect") is None else _number(body, "aspect", "the document")
    return Plan(tuple(zones), tuple(lines), limits, _decode_calibration(body.get("calibration")), aspect)


def _encode_zone(zone: Zone, limits: ZoneLimits | None) -> Json:
    ring = [list(point) for point in (*zone.points_norm, zone.points_norm[0])]
    properties: Json = {"name": zone.name, "colour": zone.colour, "anchor": zone.anchor.value}
    properties |= {name: getattr(zone, name) for name in _ZONE_SECONDS} | {"counts": zone.counts}
    if limits is not None:
        found = {figure: getattr(limits, figure) for figure in _FIGURES}
        properties["limits"] = {figure: asdict(limit) for figure, limit in found.items() if limit is not None}
    return _feature(zone.id, {"type": "Polygon", "coordinates": [ring]}, properties)


def _encode_line(line: Line) -> Json:
    geometry = {"type": "LineString", "coordinates": [list(point) for point in line.points_norm]}
    return _feature(line.id, geometry, {"name": line.name, "colour": line.colour, "mode": line.mode.value})


def _feature(id_: str, geometry: Json, properties: Json) -> Json:
    return {"type": "Feature", "id": id_, "geometry": geometry, "properties": properties}


def _decode_zone(feature: Mapping[str, Any], geometry: Mapping[str, Any], where: str) -> tuple[Zone, ZoneLimits]:
    rings = _sequence(geometry.get("coordinates"), f"{where}.geometry.coordinates")
    if len(rings) != 1:
        raise _bad(f"{where} must have one outline and no holes")
    points = _points(rings[0], f"{where}.geometry.coordinates[0]")
    if len(points) > 1 and points[0] == points[-1]:
        points = points[:-1]
    properties = _mapping(feature.get("properties"), f"{where}.properties")
    values: Json = {name: _number(properties, name, where) for name in _ZONE_SECONDS if name in properties}
    if "anchor" in properties:
        try:
            values["anchor"] = Anchor(properties["anchor"])
        except ValueError as error:
            raise _bad(f"{where}.properties.anchor must be feet, centre or overlap") from error
    if "counts" in properties:
        if not isinstance(properties["counts"], bool):
            raise _bad(f"{where}.properties.counts must be true or false")
        values["counts"] = properties["counts"]
    values |= _common(feature, properties, where)
    return Zone(points_norm=points, **values), _decode_limits(properties.get("limits"), where)


def _decode_line(feature: Mapping[str, Any], geometry: Mapping[str, Any], where: str) -> Line:
    points = _points(geometry.get("coordinates"), f"{where}.geometry.coordinates")
    properties = _mapping(feature.get("properties"), f"{where}.properties")
    values = _common(feature, properties, where)
    if "mode" in properties:
        try:
            values["mode"] = LineMode(properties["mode"])
        except ValueError as error:
            raise _bad(f"{where}.properties.mode must be every or once") from error
    return Line(points_norm=cast(tuple[PointNorm, PointNorm], points), **values)


def _common(feature: Mapping[str, Any], properties: Mapping[str, Any], where: str) -> Json:
    name = properties.get("name")
    if not isinstance(name, str):
        raise _bad(f"{where}.properties.name must be a text")
    # Handwritten files need no IDs, since names are unique, too.
    id_ = feature.get("id", name)
    if not isinstance(id_, (str, int)) or isinstance(id_, bool) or len(str(id_)) > 100:
        raise _bad(f"{where}.id must be a short text")
    values: Json = {"id": str(id_), "name": name}
    if "colour" in properties:
        if not isinstance(properties["colour"], str):
            raise _bad(f"{where}.properties.colour must be a text")
        values["colour"] = properties["colour"]
    return values


def _decode_limits(value: object, where: str) -> ZoneLimits:
    if value is None:
        return ZoneLimits()
    given = _mapping(value, f"{where}.properties.limits")
    _known(given, _FIGURES, f"{where}.properties.limits")
    names = tuple(field.name for field in fields(Limits))
    found = {}
    for figure, limit in given.items():
        place = f"{where}.properties.limits.{figure}"
        numbers = _mapping(limit, place)
        _known(numbers, names, place)
        present = {name: _number(numbers, name, place) for name in names if numbers.get(name) is not None}
        found[figure] = Limits(**present)
    return ZoneLimits(**found)


def _decode_calibration(value: object) -> Calibration | None:
    if value is None:
        return None
    given = _mapping(value, "calibration")
    metres = _points(given.get("metres"), "calibration.metres")
    return Calibration(_points(given.get("points"), "calibration.points"), metres)


def _points(value: object, where: str) -> tuple[PointNorm, ...]:
    points = []
    for index, item in enumerate(_sequence(value, where)):
        pair = _sequence(item, f"{where}[{index}]")
        if len(pair) != 2 or not all(_is_number(part) for part in pair):
            raise _bad(f"{where}[{index}] must be two numbers")
        points.append((float(pair[0]), float(pair[1])))
    return tuple(points)


def _number(values: Mapping[str, Any], name: str, where: str) -> float:
    if not _is_number(values[name]):
        raise _bad(f"{where}.{name} must be a number")
    return float(values[name])


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e12


def _known(values: Mapping[str, Any], names: Sequence[str], where: str) -> None:
    for name in values:
        if name not in names:
            raise _bad(f"{where} has no {str(name)[:40]}")


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    return _kind(value, dict, f"{where} must be an object")


def _sequence(value: object, where: str) -> Sequence[Any]:
    return _kind(value, list, f"{where} must be a list")


def _kind(value: object, kind: Callable[..., T], message: str) -> T:
    if not isinstance(value, cast(type, kind)):
        raise _bad(message)
    return cast(T, value)


def _bad(message: str) -> CodedError:
    return CodedError("BAD_PLAN", message + ".")
