-- Step 3 of the schema, for SQLite. Beside each bill is a row that only says where its number leads:
-- such rows are looked up and never listed, so the indexes of lists go without them.
DROP INDEX entity_list;
DROP INDEX entity_owner;
CREATE INDEX entity_list ON entity (kind) WHERE kind <> 'number';
CREATE INDEX entity_owner ON entity (kind, owner) WHERE kind <> 'number';
