using System.Globalization;
using Microsoft.Data.Sqlite;
using Presence.Core.Ports;

namespace Presence.Sqlite;

/// <summary>Opens the store's file: owner-only mode, exclusive lock, write-ahead log, full synchronisation, migrations by number; a newer or foreign file is refused.</summary>
internal static class StoreFile
{
    /// <summary>Marks the file as a presence store ("PRES").</summary>
    private const int ApplicationId = 0x50524553;

    private const int SqliteBusy = 5;
    private const int SqliteNotADatabase = 26;

    public static SqliteConnection Open(SqliteStoreOptions options)
    {
        SqliteLibrary.Require();
        var path = Path.GetFullPath(options.Path);
        SqliteConnection? connection = null;
        try
        {
            Prepare(path);
            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 1 }.ToString());
            connection.Open();
            Run(connection, "PRAGMA busy_timeout = 0");
            // Exclusive before the log is opened: its index then lives in our memory, and no other process can come in.
            Run(connection, "PRAGMA locking_mode = EXCLUSIVE");
            Run(connection, "PRAGMA journal_mode = WAL");
            Run(connection, "PRAGMA synchronous = FULL");
            Run(connection, "PRAGMA temp_store = MEMORY");
            Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA cache_size = -{options.CacheKibibytesMax}"));
            Run(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA wal_autocheckpoint = {options.CheckpointPages}"));
            Run(connection, "BEGIN EXCLUSIVE; COMMIT");
            Migrate(connection, path);
            return connection;
        }
        catch (Exception fault) when (fault is SqliteException or IOException or UnauthorizedAccessException)
        {
            connection?.Dispose();
            throw new PresenceStoreException(Explain(path, fault), fault);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>The newest migration this release knows.</summary>
    public static int FormatMax => Migrations().Count;

    private static void Prepare(string path)
    {
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder) Directory.CreateDirectory(folder);
        if (OperatingSystem.IsWindows()) throw new PresenceStoreException("The SQLite store needs file modes: it runs on Linux.");
        // The log takes the mode of the file, so the mode is right before SQLite sees it. An existing file is not opened here: closing it again
        // would give back the lock of a store that this process already holds (POSIX locks belong to the process).
        if (!File.Exists(path)) new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }).Dispose();
        if (File.GetUnixFileMode(path) != OwnerOnly) File.SetUnixFileMode(path, OwnerOnly);
    }

    private static void Migrate(SqliteConnection connection, string path)
    {
        var (application, format) = (Read(connection, "PRAGMA application_id"), Read(connection, "PRAGMA user_version"));
        var isEmpty = Read(connection, "SELECT count(*) FROM sqlite_schema") == 0;
        if (!isEmpty && application != ApplicationId) throw new PresenceStoreException($"{path} is not a presence store.");
        if (format > FormatMax) throw new PresenceStoreException($"{path} was written by a newer release (format {format}; this one knows {FormatMax}): upgrade, or restore a backup.");
        var migrations = Migrations();
        for (var number = (int)format; number < migrations.Count; number++)
        {
            Run(connection, string.Create(
                CultureInfo.InvariantCulture,
                $"BEGIN;\n{migrations[number]}\nPRAGMA application_id = {ApplicationId};\nPRAGMA user_version = {number + 1};\nCOMMIT"));
        }
    }

    private static List<string> Migrations()
    {
        var assembly = typeof(StoreFile).Assembly;
        var texts = new List<string>();
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (int.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture) != texts.Count + 1) throw new InvalidOperationException($"Migration {name} is out of order.");
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            texts.Add(reader.ReadToEnd());
        }

        return texts;
    }

    private static string Explain(string path, Exception fault) => fault switch
    {
        SqliteException { SqliteErrorCode: SqliteBusy } => $"{path} is in use by another process: one gateway owns its store alone.",
        SqliteException { SqliteErrorCode: SqliteNotADatabase } => $"{path} is not a presence store.",
        _ => $"{path} cannot be opened: {fault.Message}",
    };

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static long Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
