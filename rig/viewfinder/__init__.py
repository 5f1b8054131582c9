"""The finder: a page in a browser that shows the print and carries the hands. The web framework is named only here."""
