"""Tables of Arrow: rows as documents, entities as a column, values as JSON has them."""
