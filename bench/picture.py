"""The plot of `bench.table`: tracking accuracy (HOTA) against count error, one panel per recording."""

from collections.abc import Mapping
from pathlib import Path


def draw(
    results: Mapping[str, Mapping[str, Mapping[str, float | None]]], titles: Mapping[str, str], path: Path
) -> None:
    """Write the plot: HOTA to the right, count error upwards, so the best corner is at the lower right."""
    from matplotlib import pyplot as plt

    columns = min(3, len(results))
    rows = -(-len(results) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(4 * columns, 3.2 * rows), layout="constrained", squeeze=False)
    for axis, (name, pipelines) in zip(axes.flat, results.items(), strict=False):
        for index, (key, title) in enumerate((key, title) for key, title in titles.items() if key in pipelines):
            figures = pipelines[key]
            mark, size = ("*", 130) if "crowdcount" in title else ("o", 36)
            mark = "D" if key == "oracle" else mark
            colour = plt.get_cmap("tab20")(index)
            label = title.replace("`", "").replace("*", "")
            axis.scatter([figures["HOTA"]], [figures["count_error"]], s=size, marker=mark, color=colour, label=label)
        axis.set(title=name, xlabel="HOTA", ylabel="count error, people")
        axis.grid(alpha=0.3)
    for axis in list(axes.flat)[len(results) :]:
        axis.axis("off")
    labels = {
        label: handle for axis in axes.flat for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
    }
    figure.legend(list(labels.values()), list(labels), loc="outside lower center", ncols=3, fontsize="small")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)
    plt.close(figure)
