"""What an operator sees of the live part in `/metrics`."""

from prometheus_client import Counter, Gauge, Histogram

FRAMES = Counter("crowdcount_frames", "Frames by what became of them", ["outcome"])
ERRORS = Counter("crowdcount_frame_errors", "Frames refused or lost, by error code", ["code"])
STREAMS = Gauge("crowdcount_streams", "Streams that are open, those waiting for a lost connection included")
FULL = Gauge("crowdcount_streams_full", "Streams whose rate the machine decides, because it has no more to give")
CONNECTIONS = Gauge("crowdcount_connections", "Accepted socket connections")
PEOPLE = Gauge("crowdcount_people", "People seen in the newest frame of every open stream, added up")
ESTIMATED = Gauge("crowdcount_people_estimated", "People in the newest frame of every stream, estimates where crowded")
CROWDED = Gauge("crowdcount_streams_crowded", "Streams whose number of people is an estimate")
UNKNOWN = Gauge("crowdcount_streams_unknown", "Streams whose number of people is not known; a lower bound at best")
AGE = Histogram(
    "crowdcount_result_seconds",
    "From a frame's arrival to its answer",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
STAGE = Histogram(
    "crowdcount_stage_seconds",
    "Time of each stage of a frame",
    ["stage"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1),
)
