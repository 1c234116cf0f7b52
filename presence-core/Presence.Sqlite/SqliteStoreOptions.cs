namespace Presence.Sqlite;

/// <summary>Where the store's file is and how much memory its page cache may take.</summary>
public sealed record SqliteStoreOptions(string Path)
{
    /// <summary>Page cache in KiB.</summary>
    public int CacheKibibytesMax { get; init; } = 32 * 1024;

    /// <summary>The write-ahead log is folded into the file when it has so many pages of 4 KiB.</summary>
    public int CheckpointPages { get; init; } = 4_000;
}
