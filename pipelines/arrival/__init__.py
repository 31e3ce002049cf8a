"""Files that arrive: a drop folder, what lies there judged at once and put in its place, and a receipt of it all."""
