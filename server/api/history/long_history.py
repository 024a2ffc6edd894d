"""What cameras counted, dropped before they are: years of it in one transaction would keep everybody from writing."""

from collections.abc import Iterable

from server.api.http.context import services
from server.storage.history.samples import delete_some_samples


async def drop_history(camera_ids: Iterable[str]) -> None:
    """Drop it piece by piece, others write in between. For cameras that are about to be deleted by who may do that."""
    for camera_id in camera_ids:
        more = True
        while more:
            async with services().database.writing() as connection:
                more = await delete_some_samples(connection, camera_id)
