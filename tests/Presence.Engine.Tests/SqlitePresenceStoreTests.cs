using System.Text;
using Presence.Core.Ports;
using Presence.Sqlite;

namespace Presence.Engine.Tests;

/// <summary>The store contract on SQLite, and what only a file can go through: crashes, locks, modes, formats.</summary>
public sealed class SqlitePresenceStoreTests : PresenceStoreContract
{
    private readonly StoreFolder _folder = new();

    protected override ValueTask<IPresenceStore> OpenAsync() => ValueTask.FromResult<IPresenceStore>(SqlitePresenceStore.Open(new(_folder.File)));

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task What_was_answered_survives_a_kill()
    {
        var epoch = await Store.TakeOwnershipAsync("a", default);
        var secret = await Store.GetOrCreateSecretAsync("dialback", default);
        await Store.ReserveSequenceAsync(Juliet, Alice, "d1", 1_000, default);
        await CommitAsync(Commit(Juliet, 0, Pair(Alice, "answered")) with { Effects = [Effect(1, 0, "undone")] });

        await using var after = SqlitePresenceStore.Open(new(_folder.CopyAsKilled()));
        var unit = (await after.LoadAsync(Juliet, default))!;
        Assert.Equal("answered", Encoding.UTF8.GetString(unit.Pairs.Single().Document.Span));
        Assert.Equal("undone", Encoding.UTF8.GetString(unit.Effects.Single().Document.Span));
        Assert.True(await after.TakeOwnershipAsync("a", default) > epoch);
        Assert.Equal(1_001u, await after.ReserveSequenceAsync(Juliet, Alice, "d1", 1_000, default));
        Assert.Equal(secret.ToArray(), (await after.GetOrCreateSecretAsync("dialback", default)).ToArray());
    }

    [Fact, Clause("XEP-0185", "2")]
    public async Task The_secret_of_another_store_is_another()
    {
        using var folder = new StoreFolder();
        await using var other = SqlitePresenceStore.Open(new(folder.File));

        Assert.NotEqual((await Store.GetOrCreateSecretAsync("dialback", default)).ToArray(), (await other.GetOrCreateSecretAsync("dialback", default)).ToArray());
    }

    [Fact]
    public async Task A_log_torn_anywhere_loses_whole_decisions_from_the_end_only()
    {
        for (var version = 0; version < 12; version++)
        {
            await CommitAsync(Commit(Juliet, version, Pair(Alice, $"{version + 1}"), Pair(Bob, $"{version + 1}")) with { Effects = [Effect(version + 1, 0, $"{version + 1}")] });
        }

        var last = long.MaxValue;
        var length = new FileInfo(_folder.File + "-wal").Length;
        for (var cut = 0L; cut <= length; cut += length / 12)
        {
            await using var after = SqlitePresenceStore.Open(new(_folder.CopyAsKilled(logBytes: length - cut)));
            var unit = await after.LoadAsync(Juliet, default);
            var version = unit?.Version ?? 0;
            Assert.True(version <= last, "a shorter log holds no later decision");
            if (cut == 0) Assert.Equal(12, version);
            last = version;
            if (unit is null) continue;
            Assert.All(unit.Pairs, p => Assert.Equal($"{version}", Encoding.UTF8.GetString(p.Document.Span)));
            Assert.Equal(version, unit.Effects.Count);
        }
    }

    [Fact]
    public void A_second_owner_of_the_file_is_refused_and_told_why()
    {
        var fault = Assert.Throws<PresenceStoreException>(() => SqlitePresenceStore.Open(new(_folder.File)));
        Assert.Contains("in use by another process", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_file_and_its_log_are_for_their_owner_only()
    {
        await CommitAsync(Commit(Juliet, 0, Pair(Alice, "a")));
        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        foreach (var file in Directory.GetFiles(_folder.Path)) Assert.Equal(OwnerOnly, Mode(file));

        static UnixFileMode Mode(string file) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file);
    }

    [Fact]
    public async Task A_newer_store_is_refused()
    {
        await Store.DisposeAsync();
        _folder.Patch(60, [0, 0, 3, 231]);   // the user version, SQLite file format §1.3.14
        var fault = Assert.Throws<PresenceStoreException>(() => SqlitePresenceStore.Open(new(_folder.File)));
        Assert.Contains("newer release", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_no_store_is_refused_and_left_alone()
    {
        var other = Path.Combine(_folder.Path, "other");
        await File.WriteAllTextAsync(other, new string('x', 8_192));
        Assert.Contains("not a presence store", Assert.Throws<PresenceStoreException>(() => SqlitePresenceStore.Open(new(other))).Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 8_192), await File.ReadAllTextAsync(other));

        await Store.DisposeAsync();
        _folder.Patch(68, [1, 2, 3, 4]);   // the application id
        Assert.Contains("not a presence store", Assert.Throws<PresenceStoreException>(() => SqlitePresenceStore.Open(new(_folder.File))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_told()
    {
        var fault = Assert.Throws<PresenceStoreException>(() => SqlitePresenceStore.Open(new(Path.Combine(_folder.File, "below-a-file", "store"))));
        Assert.Contains("cannot be opened", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task After_its_end_it_refuses()
    {
        await Store.DisposeAsync();
        await Assert.ThrowsAsync<PresenceStoreException>(async () => await Store.LoadAsync(Juliet, default));
    }

    [Fact]
    public async Task It_opens_again_where_it_was_closed()
    {
        await CommitAsync(Commit(Juliet, 0, Pair(Alice, "a")));
        await Store.DisposeAsync();
        Store = await OpenAsync();
        Assert.Equal("a", await TextAsync(Juliet, Alice));
    }
}
