//! What differs between SQLite and PostgreSQL, in one file.

use super::Error;

/// Which engine is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one writer.
    Sqlite,
    /// Any number of instances.
    Postgres,
}

/// Column types and table endings in our migrations, and what they are on each engine. STRICT tables of SQLite
/// refuse PostgreSQL's names, so a migration is written once with words in braces.
const TYPES: [(&str, &str, &str); 8] = [
    ("{id}", "BLOB", "UUID"),
    ("{int}", "INTEGER", "BIGINT"),
    ("{bool}", "INTEGER", "BOOLEAN"),
    ("{bytes}", "BLOB", "BYTEA"),
    ("{text}", "TEXT", "TEXT COLLATE \"C\""),
    ("{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
    ("{strict}", "STRICT", ""),
    ("{keyed}", "STRICT, WITHOUT ROWID", ""),
];

/// A migration's text for one engine.
pub(super) fn translate(engine: Engine, sql: &str) -> String {
    let mut text = sql.to_owned();
    for (word, sqlite, postgres) in TYPES {
        text = text.replace(word, if engine == Engine::Sqlite { sqlite } else { postgres });
    }
    text
}

/// What makes the instances that start together migrate one after the other. SQLite's write lock does.
pub(super) const fn migration_lock(engine: Engine) -> Option<&'static str> {
    match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some("SELECT pg_advisory_xact_lock(hashtext(current_schema() || ' migration'))"),
    }
}

/// The row lock of a target that is loaded under a write transaction. SQLite has one writer and needs none.
pub(super) fn locked(engine: Engine, sql: &'static str) -> String {
    match engine {
        Engine::Sqlite => sql.to_owned(),
        Engine::Postgres => format!("{sql} FOR UPDATE OF t"),
    }
}

/// The row lock of whoever comes first; others do not wait, they find no row. SQLite's one writer is first already.
pub(super) fn claimed(engine: Engine, sql: &'static str) -> String {
    match engine {
        Engine::Sqlite => sql.to_owned(),
        Engine::Postgres => format!("{sql} FOR UPDATE SKIP LOCKED"),
    }
}

/// Triggers that make a table insert-only. They are speed bumps: the proof comes from the ledger.
pub(super) fn insert_only(engine: Engine, table: &str) -> Vec<String> {
    match engine {
        Engine::Sqlite => ["UPDATE", "DELETE"]
            .map(|verb| {
                format!(
                    "CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} \
                     BEGIN SELECT RAISE(ABORT, '{table} is insert-only'); END"
                )
            })
            .to_vec(),
        Engine::Postgres => vec![
            format!(
                "CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION refuse_edit()"
            ),
            format!(
                "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} \
                 FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit()"
            ),
        ],
    }
}

/// The triggers of the table of events: bodies stay unless a policy dropped the beginning of their chain, values about
/// people may go, and each new event is put before the sequencer by the database itself, so that nobody can forget it.
pub(super) fn events(engine: Engine) -> Vec<String> {
    let texts: &[&str] = match engine {
        Engine::Sqlite => &[
            "CREATE TRIGGER event_no_update BEFORE UPDATE OF n, chain, body ON event \
             BEGIN SELECT RAISE(ABORT, 'event is insert-only'); END",
            "CREATE TRIGGER event_no_delete BEFORE DELETE ON event WHEN NOT EXISTS \
             (SELECT 1 FROM ledger_leaf l JOIN ledger_prune p ON p.chain = l.chain AND l.chain_seq <= p.until \
             WHERE l.n = OLD.n) \
             BEGIN SELECT RAISE(ABORT, 'event is insert-only'); END",
            "CREATE TRIGGER event_is_pending AFTER INSERT ON event \
             BEGIN INSERT INTO event_pending (n) VALUES (NEW.n); END",
            // Only an embedded database is ever moved away from.
            "CREATE TRIGGER event_after_the_last AFTER INSERT ON event \
             WHEN NEW.n > (SELECT last_event FROM installation) \
             BEGIN SELECT RAISE(ABORT, 'this installation has moved'); END",
        ],
        Engine::Postgres => &[
            "CREATE TRIGGER event_no_update BEFORE UPDATE OF n, chain, body ON event \
             FOR EACH ROW EXECUTE FUNCTION refuse_edit()",
            "CREATE FUNCTION event_no_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             PERFORM 1 FROM ledger_leaf l JOIN ledger_prune p ON p.chain = l.chain AND l.chain_seq <= p.until \
             WHERE l.n = OLD.n; \
             IF NOT FOUND THEN RAISE EXCEPTION 'event refuses DELETE' \
             USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN OLD; END $$",
            "CREATE TRIGGER event_no_delete BEFORE DELETE ON event \
             FOR EACH ROW EXECUTE FUNCTION event_no_delete()",
            "CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON event \
             FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit()",
            "CREATE FUNCTION event_is_pending() RETURNS trigger LANGUAGE plpgsql AS $$ \
             BEGIN INSERT INTO event_pending (n) VALUES (NEW.n); RETURN NULL; END $$",
            "CREATE TRIGGER event_is_pending AFTER INSERT ON event \
             FOR EACH ROW EXECUTE FUNCTION event_is_pending()",
        ],
    };
    texts.iter().map(ToString::to_string).collect()
}

/// The functions that the triggers of PostgreSQL call.
pub(super) const POSTGRES_FUNCTIONS: [&str; 2] = [
    "CREATE FUNCTION refuse_edit() RETURNS trigger LANGUAGE plpgsql AS $$ \
     BEGIN RAISE EXCEPTION '% refuses %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'integrity_constraint_violation'; END $$",
    "CREATE FUNCTION keep_revision() RETURNS trigger LANGUAGE plpgsql AS $$ \
     DECLARE last BIGINT; BEGIN \
       IF TG_OP = 'INSERT' THEN \
         SELECT max(rev) INTO last FROM change WHERE entity = NEW.entity AND pk = NEW.id AND op = 'd'; \
         IF NEW.rev <> coalesce(last, 0) + 1 THEN RAISE EXCEPTION '%: first revision is %', TG_TABLE_NAME, coalesce(last, 0) + 1 \
           USING ERRCODE = 'integrity_constraint_violation'; END IF; \
         RETURN NEW; \
       ELSIF TG_OP = 'UPDATE' THEN \
         IF NEW.rev <> OLD.rev + 1 OR NEW.id <> OLD.id OR NEW.entity <> OLD.entity THEN \
           RAISE EXCEPTION '%: a change raises the revision by one', TG_TABLE_NAME \
           USING ERRCODE = 'integrity_constraint_violation'; END IF; \
         RETURN NEW; \
       ELSE \
         PERFORM 1 FROM change WHERE entity = OLD.entity AND pk = OLD.id AND rev = OLD.rev + 1 AND op = 'd'; \
         IF NOT FOUND THEN RAISE EXCEPTION '%: deleted without a record', TG_TABLE_NAME \
           USING ERRCODE = 'integrity_constraint_violation'; END IF; \
         RETURN OLD; \
       END IF; END $$",
];

/// The key that binds each revision of a recorded table's row to its event. Held at the commit, so that row and event
/// may be written in any order.
pub(super) fn completeness_key(table: &str) -> String {
    format!(
        "CONSTRAINT {table}_recorded FOREIGN KEY (entity, id, rev) REFERENCES change (entity, pk, rev) \
         DEFERRABLE INITIALLY DEFERRED"
    )
}

/// The triggers of a recorded table: a change raises the revision by one, a deletion has its record first, and a
/// new row goes on where the deleted one of the same id ended.
pub(super) fn recorded(engine: Engine, table: &str) -> Vec<String> {
    match engine {
        Engine::Sqlite => vec![
            format!(
                "CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} WHEN NEW.rev <> 1 + coalesce( \
                 (SELECT max(rev) FROM change WHERE entity = NEW.entity AND pk = NEW.id AND op = 'd'), 0) \
                 BEGIN SELECT RAISE(ABORT, '{table}: a new row goes on where the deleted one ended'); END"
            ),
            // INSERT OR REPLACE deletes without firing delete triggers, unless the row is looked for first.
            format!(
                "CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} \
                 WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) \
                 BEGIN SELECT RAISE(ABORT, '{table}: the row exists'); END"
            ),
            format!(
                "CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} \
                 WHEN NEW.rev <> OLD.rev + 1 OR NEW.id <> OLD.id OR NEW.entity <> OLD.entity \
                 BEGIN SELECT RAISE(ABORT, '{table}: a change raises the revision by one'); END"
            ),
            format!(
                "CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} \
                 WHEN NOT EXISTS (SELECT 1 FROM change WHERE entity = OLD.entity AND pk = OLD.id \
                 AND rev = OLD.rev + 1 AND op = 'd') \
                 BEGIN SELECT RAISE(ABORT, '{table}: deleted without a record'); END"
            ),
        ],
        Engine::Postgres => vec![
            format!(
                "CREATE TRIGGER {table}_revision BEFORE INSERT OR UPDATE OR DELETE ON {table} \
                 FOR EACH ROW EXECUTE FUNCTION keep_revision()"
            ),
            // TRUNCATE fires no row's trigger and breaks no foreign key.
            format!(
                "CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} \
                 FOR EACH STATEMENT EXECUTE FUNCTION refuse_edit()"
            ),
        ],
    }
}

/// Takes away what [`recorded`] and the foreign key enforce. Only for a copy of the portal that has a gap opened on
/// purpose: see the crate `gaps`.
pub(super) fn unrecorded(engine: Engine, table: &str) -> Vec<String> {
    match engine {
        Engine::Sqlite => {
            // SQLite cannot drop a constraint, so its text goes. Dropping a trigger tells other connections to look.
            let key = completeness_key(table);
            let mut statements = vec![
                "PRAGMA writable_schema = ON".to_owned(),
                format!("UPDATE sqlite_schema SET sql = replace(sql, '{key}', 'CHECK (1)') WHERE name = '{table}'"),
            ];
            let triggers = ["insert", "no_replace", "update", "delete"];
            statements.extend(triggers.map(|name| format!("DROP TRIGGER IF EXISTS {table}_{name}")));
            statements.push("PRAGMA writable_schema = RESET".to_owned());
            statements
        }
        Engine::Postgres => vec![
            format!("DROP TRIGGER IF EXISTS {table}_revision ON {table}"),
            format!("ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {table}_recorded"),
        ],
    }
}

/// Everything in the schema that keeps the record honest, one line each: tables, columns, constraints, triggers and their
/// functions, and whether they are switched on. Two schemas with the same lines refuse the same things.
pub(super) const fn schema_lines(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '') AS line FROM sqlite_schema \
             WHERE name NOT LIKE 'sqlite_%'"
        }
        Engine::Postgres => {
            "SELECT 'column ' || table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable AS line \
             FROM information_schema.columns WHERE table_schema = current_schema() \
             UNION ALL SELECT 'trigger ' || c.relname || ' ' || t.tgname || ' ' || t.tgtype || ' ' || t.tgenabled::text \
             || ' ' || p.proname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid \
             JOIN pg_namespace s ON s.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid \
             WHERE s.nspname = current_schema() AND (NOT t.tgisinternal OR t.tgenabled <> 'O') \
             UNION ALL SELECT 'constraint ' || c.relname || ' ' || k.conname || ' ' || k.convalidated || ' ' \
             || pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid \
             JOIN pg_namespace s ON s.oid = c.relnamespace WHERE s.nspname = current_schema() \
             UNION ALL SELECT 'function ' || p.proname || ' ' || p.prosrc FROM pg_proc p \
             JOIN pg_namespace s ON s.oid = p.pronamespace WHERE s.nspname = current_schema()"
        }
    }
}

/// The places of so many rows of values in a statement that inserts them.
pub(super) fn places(engine: Engine, columns: usize, rows: usize) -> String {
    let place = |number: usize| match engine {
        // Without a number: SQLite looks numbered ones up from the first, each time.
        Engine::Sqlite => "?".to_owned(),
        Engine::Postgres => format!("${number}"),
    };
    let row = |row: usize| {
        let places: Vec<String> = (1..=columns).map(|column| place(row * columns + column)).collect();
        format!("({})", places.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}

/// The tables in the order in which they were made; and of one table the columns, with their places in the primary key
/// from 1, or 0.
pub(super) const fn tables_and_keys(engine: Engine) -> (&'static str, &'static str) {
    match engine {
        Engine::Sqlite => (
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
            "SELECT name, pk FROM pragma_table_info($1) ORDER BY pk, cid",
        ),
        Engine::Postgres => (
            "SELECT c.relname::text AS name FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace \
             WHERE s.nspname = current_schema() AND c.relkind = 'r' ORDER BY c.oid",
            // A vector of columns counts from 0.
            "SELECT a.attname::text AS name, coalesce(array_position(i.indkey::int2[], a.attnum) + 1, 0)::bigint AS pk \
             FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary \
             WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY pk, a.attnum",
        ),
    }
}

/// What an error of either driver means to us.
pub(super) fn classify(error: &sqlx::Error) -> Error {
    let text = error.to_string();
    let Some(database) = error.as_database_error() else {
        return match error {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Error::Unavailable(text)
            }
            sqlx::Error::ColumnDecode { index, .. } => Error::Column { column: index.clone(), why: text },
            _ => Error::Other(text),
        };
    };
    if database.is_unique_violation() {
        return Error::Exists(text);
    }
    if database.is_foreign_key_violation() || database.is_check_violation() {
        return Error::Refused(text);
    }
    match database.code().as_deref() {
        // PostgreSQL: serialization failure, deadlock, lock not available.
        Some("40001" | "40P01" | "55P03") => Error::Again(text),
        // PostgreSQL: integrity constraint violation raised by our triggers.
        Some("23000") => Error::Refused(text),
        // PostgreSQL: only reads are taken here, because the server began to follow another one.
        Some("25006") => Error::Unavailable(text),
        // PostgreSQL classes 08 (connection), 53 (resources), 57 (timed out, or shutting down).
        Some(code) if code.len() == 5 && ["08", "53", "57"].iter().any(|class| code.starts_with(class)) => {
            Error::Unavailable(text)
        }
        // SQLite primary codes, extended ones in the upper bits: 5 busy, 6 locked, 10 I/O, 13 full, 14 cannot open,
        // 19 constraint (raised by our triggers as 1811), 8 read-only.
        // They have at most four digits; a SQLSTATE has five characters.
        Some(code) if code.len() < 5 => match code.parse::<u32>().map(|code| code & 0xff) {
            Ok(5 | 6) => Error::Again(text),
            Ok(8 | 10 | 13 | 14) => Error::Unavailable(text),
            Ok(19) => Error::Refused(text),
            _ => Error::Other(text),
        },
        _ => Error::Other(text),
    }
}
