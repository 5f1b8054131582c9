"""Letters for pictures: three faces as polygons, so that a sheet looks the same wherever it is drawn (see OFL.txt)."""
