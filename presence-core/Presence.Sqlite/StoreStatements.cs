using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Presence.Sqlite;

/// <summary>All statements of the store, prepared once.</summary>
internal sealed class StoreStatements : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly List<Statement> _all = [];

    public StoreStatements(SqliteConnection connection)
    {
        _connection = connection;
        Begin = Prepare("BEGIN");
        Commit = Prepare("COMMIT");
        Rollback = Prepare("ROLLBACK");

        TakeOwnership = Prepare(
            "INSERT INTO owner (node, epoch) VALUES ($1, (SELECT coalesce(max(epoch), 0) + 1 FROM owner)) "
            + "ON CONFLICT (node) DO UPDATE SET epoch = (SELECT max(epoch) + 1 FROM owner) RETURNING epoch");

        FindUnit = Prepare("SELECT id, version, epoch, decision FROM unit WHERE key = $1");
        InsertUnit = Prepare("INSERT INTO unit (key, version, epoch, decision) VALUES ($1, $2, $3, $4) RETURNING id");
        UpdateUnit = Prepare("UPDATE unit SET version = $2, epoch = $3, decision = $4 WHERE id = $1");

        ListPairs = Prepare("SELECT watcher, due, live, document FROM pair WHERE unit = $1");
        KeepPair = Prepare(
            "INSERT INTO pair (unit, watcher, due, live, document) VALUES ($1, $2, $3, $4, $5) "
            + "ON CONFLICT (unit, watcher) DO UPDATE SET due = excluded.due, live = excluded.live, document = excluded.document");
        DropPair = Prepare("DELETE FROM pair WHERE unit = $1 AND watcher = $2");

        ListEffects = Prepare("SELECT version, place, document FROM effect WHERE unit = $1 ORDER BY version, place");
        AddEffect = Prepare("INSERT INTO effect (unit, version, place, document) VALUES ($1, $2, $3, $4)");
        DropEffect = Prepare("DELETE FROM effect WHERE unit = (SELECT id FROM unit WHERE key = $1) AND version = $2 AND place = $3");

        // The index by time first: scanning all units in key order would be the planner's other idea.
        FindDue = Prepare(
            "SELECT DISTINCT unit.key FROM pair INDEXED BY pair_due CROSS JOIN unit ON unit.id = pair.unit "
            + "WHERE pair.due <= $1 AND unit.key > $2 ORDER BY unit.key LIMIT $3");
        FindNextDue = Prepare("SELECT min(due) FROM pair WHERE due IS NOT NULL");
        FindWaking = Prepare(
            "SELECT key FROM unit WHERE key > $1 AND (EXISTS (SELECT 1 FROM pair WHERE pair.unit = unit.id AND pair.live = 1) "
            + "OR EXISTS (SELECT 1 FROM effect WHERE effect.unit = unit.id)) ORDER BY key LIMIT $2");

        // Keys are "domain/local": a domain's stand between its slash and the character behind the slash.
        CountUsers = Prepare(
            "SELECT count(*) FROM (SELECT key FROM unit WHERE key >= $1 AND key < $2 UNION SELECT watcher FROM pair WHERE watcher >= $1 AND watcher < $2)");

        ReserveSequence = Prepare(
            "INSERT INTO sequence (unit, watcher, leg, next) VALUES ($1, $2, $3, 1 + $4) "
            + "ON CONFLICT (unit, watcher, leg) DO UPDATE SET next = next + $4 RETURNING next - $4");
        ListSequences = Prepare("SELECT leg FROM sequence WHERE unit = $1 AND watcher = $2");
        DropSequence = Prepare("DELETE FROM sequence WHERE unit = $1 AND watcher = $2 AND leg = $3");

        FindSecret = Prepare("SELECT value FROM secret WHERE name = $1");
        AddSecret = Prepare("INSERT INTO secret (name, value) VALUES ($1, $2)");
    }

    public Statement Begin { get; }

    public Statement Commit { get; }

    public Statement Rollback { get; }

    public Statement TakeOwnership { get; }

    public Statement FindUnit { get; }

    public Statement InsertUnit { get; }

    public Statement UpdateUnit { get; }

    public Statement ListPairs { get; }

    public Statement KeepPair { get; }

    public Statement DropPair { get; }

    public Statement ListEffects { get; }

    public Statement AddEffect { get; }

    public Statement DropEffect { get; }

    public Statement FindDue { get; }

    public Statement FindNextDue { get; }

    public Statement FindWaking { get; }

    public Statement CountUsers { get; }

    public Statement ReserveSequence { get; }

    public Statement ListSequences { get; }

    public Statement DropSequence { get; }

    public Statement FindSecret { get; }

    public Statement AddSecret { get; }

    public bool IsInTransaction => raw.sqlite3_get_autocommit(_connection.Handle) == 0;

    public void Dispose()
    {
        foreach (var statement in _all) statement.Dispose();
        _connection.Dispose();
    }

    private Statement Prepare(string sql)
    {
        var statement = new Statement(_connection, sql);
        _all.Add(statement);
        return statement;
    }
}
