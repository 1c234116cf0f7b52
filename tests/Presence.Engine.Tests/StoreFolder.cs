namespace Presence.Engine.Tests;

/// <summary>A folder of its own for one store, gone afterwards.</summary>
internal sealed class StoreFolder : IDisposable
{
    private int _copies;

    public string Path { get; } = Directory.CreateTempSubdirectory("presence-store-").FullName;

    public string File => System.IO.Path.Combine(Path, "presence.db");

    /// <summary>The file and its log as a killed process leaves them: what was written, nothing closed. The log may be cut short, as by a power failure.</summary>
    public string CopyAsKilled(long? logBytes = null)
    {
        var copy = System.IO.Path.Combine(Directory.CreateDirectory(System.IO.Path.Combine(Path, $"copy{_copies++}")).FullName, "presence.db");
        Copy(File, copy, null);
        if (System.IO.File.Exists(File + "-wal")) Copy(File + "-wal", copy + "-wal", logBytes);
        return copy;
    }

    public void Patch(int offset, byte[] bytes)
    {
        var all = System.IO.File.ReadAllBytes(File);
        bytes.CopyTo(all, offset);
        System.IO.File.WriteAllBytes(File, all);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);

    private static void Copy(string from, string to, long? bytes)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var target = new FileStream(to, FileMode.CreateNew);
        source.CopyTo(target);
        if (bytes is { } length) target.SetLength(length);
    }
}
