"""The OpenAPI document at /openapi.json: JSON routes alone, with their errors and who may use them."""

import mimetypes
from collections.abc import Iterable
from typing import Any

from quart import Quart, Response
from quart_schema import APIKeySecurityScheme, HttpSecurityScheme, Info, OpenAPIProvider, QuartSchema
from werkzeug.routing.rules import Rule

from server import __version__
from server.api.http.access import Access, rule_of
from server.api.http.cookies import SESSION
from server.api.http.errors import is_api

PATH = "/openapi.json"
FRESH_S = 300
ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message"],
            "properties": {
                "code": {"type": "string", "description": "Stable, upper case."},
                "message": {"type": "string", "description": "One sentence for a person."},
                "fields": {"type": "object", "additionalProperties": {"type": "string"}},
            },
        }
    },
}
ERROR_ANSWER = {
    "description": "What went wrong",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
NO_CONTENT = {"description": "Done; there is nothing to say"}
# Answers that no model describes.
PLAIN = {
    "/healthz": {"200": "application/json"},
    "/readyz": {"200": "application/json", "503": "application/json"},
    "/metrics": {"200": "text/plain"},
}
# Answers that are files, where the path does not end with their kind.
EXPORTS = {"/api/audit/export": ("text/csv", "application/json")}
PARQUET = "application/vnd.apache.parquet"  # too new for the mimetypes of older systems


def _file_kind(path: str) -> tuple[str, ...]:
    """The kind of file at a path such as ``/history.csv``."""
    name = path.rpartition("/")[2]
    if "{" in name or "." not in name:
        return ()
    kind = PARQUET if name.endswith(".parquet") else mimetypes.guess_type(name)[0]
    return (kind,) if kind else ()


class Description(OpenAPIProvider):
    """Describes what programs use; pages are for people."""

    def generate_rules(self) -> Iterable[Rule]:
        """The rules of the API."""
        return [rule for rule in super().generate_rules() if is_api(rule.rule) and rule.rule != PATH]

    def schema(self) -> dict[str, Any]:
        """The document, with the shape of errors."""
        found = super().schema()
        found["components"]["schemas"]["Error"] = ERROR
        return found

    def build_paths(self, rule: Rule) -> tuple[dict[str, Any], dict[str, Any]]:
        """One route, with what the library does not know of it."""
        paths, components = super().build_paths(rule)
        for path, operations in paths.items():
            for operation in operations.values():
                operation["responses"] = self._responses(path, operation["responses"])
                if rule_of(self._app.view_functions, rule.endpoint) is Access.USER:
                    operation["security"] = [{"cookie": []}, {"bearer": []}]
        return paths, components

    def _responses(self, path: str, described: dict[Any, Any]) -> dict[str, Any]:
        responses = {str(status): answer for status, answer in described.items()}
        for status, kind in PLAIN.get(path, {}).items():
            responses[status] = {"description": "As the reference says", "content": {kind: {}}}
        kinds = EXPORTS.get(path) or _file_kind(path)
        if kinds and "200" not in responses:
            responses["200"] = {"description": "The file", "content": {kind: {} for kind in kinds}}
        if not responses:
            responses["204"] = NO_CONTENT
        responses["default"] = ERROR_ANSWER
        return responses


def install_description(app: Quart) -> None:
    """Serve the document; there is no user interface for it, which would load scripts from elsewhere."""
    made: dict[str, str] = {}

    class Extension(QuartSchema):
        openapi_provider_class = Description

        async def openapi(self) -> Response:
            """The document, which is made once: it takes a tenth of a second, and is for everybody."""
            if PATH not in made:
                made[PATH] = app.json.dumps(self.openapi_provider.schema())
            headers = {"Cache-Control": f"public, max-age={FRESH_S}"}
            return Response(made[PATH], content_type="application/json", headers=headers)

    Extension(
        app,
        openapi_path=PATH,
        swagger_ui_path=None,
        redoc_ui_path=None,
        scalar_ui_path=None,
        info=Info(title="crowdcount", version=__version__),
        security_schemes={
            "cookie": APIKeySecurityScheme(in_="cookie", name=SESSION),
            "bearer": HttpSecurityScheme(scheme="bearer", bearer_format="JWT"),
        },
    )
