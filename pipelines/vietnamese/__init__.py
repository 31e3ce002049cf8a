"""What Vietnamese text needs: spelling keys, names, dates, personal numbers. Knows no data set."""
