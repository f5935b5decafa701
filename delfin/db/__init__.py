"""The database: engines and transactions, tables outside the inventory, migrations."""
