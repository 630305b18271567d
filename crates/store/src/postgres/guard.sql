-- Transfers stay as they are. Taken apart from the schema: an engine that has no triggers goes
-- without, and says so at the start.
CREATE FUNCTION transfer_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a transfer is never changed or deleted';
END
$$;
CREATE TRIGGER transfer_stays BEFORE UPDATE OR DELETE ON transfer
    FOR EACH ROW EXECUTE FUNCTION transfer_stays();
CREATE TRIGGER transfer_table_stays BEFORE TRUNCATE ON transfer
    FOR EACH STATEMENT EXECUTE FUNCTION transfer_stays();
