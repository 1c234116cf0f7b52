using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Presence.Core.Ports;
using SQLitePCL;

namespace Presence.Sqlite;

/// <summary>
/// Binds the managed provider to the system's SQLite, which is patched with the system, and asserts that it is new enough. No engine of our own is shipped.
/// </summary>
internal static class SqliteLibrary
{
    private const string SystemLibrary = "libsqlite3.so.0";

    private static readonly Version s_versionMin = new(3, 40, 0);

    private static readonly Lazy<string?> s_fault = new(Bind);

    /// <exception cref="PresenceStoreException">The library is missing or too old.</exception>
    public static void Require()
    {
        if (s_fault.Value is { } fault) throw new PresenceStoreException(fault);
    }

    private static string? Bind()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
            raw.SetProvider(new SQLite3Provider_e_sqlite3());
            raw.FreezeProvider();
            using var connection = new SqliteConnection("Data Source=:memory:;Pooling=False");
            connection.Open();
            return Version.TryParse(connection.ServerVersion, out var found) && found >= s_versionMin
                ? null
                : $"SQLite {connection.ServerVersion} is too old: the system's {SystemLibrary} must be {s_versionMin} or later.";
        }
        catch (Exception fault) when (fault is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
        {
            return $"The system's {SystemLibrary} cannot be loaded: install the package libsqlite3-0. ({fault.GetBaseException().Message})";
        }
    }

    private static IntPtr Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "e_sqlite3" ? NativeLibrary.Load(SystemLibrary) : IntPtr.Zero;
}
