using System.Text;
using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;

namespace Presence.Engine.Tests;

/// <summary>An engine with its time, performer and store in one hand; can be restarted on the same store.</summary>
internal sealed class EngineWorld(IPresenceStore store, EngineOptions? options = null) : IAsyncDisposable, IEngineObserver
{
    public static readonly Address Juliet = new("juliet", "capulet.example");
    public static readonly Address Alice = new("alice", "contoso.example");
    public static readonly Address Bob = new("bob", "contoso.example");

    private readonly System.Collections.Concurrent.ConcurrentQueue<EngineReason> _failures = new();

    public ManualTime Time { get; } = new();

    public RecordingPerformer Performer { get; } = new();

    public PresenceEngine Engine { get; private set; } = null!;

    public IReadOnlyList<EngineReason> Failures => [.. _failures];

    public static Leg Leg(string id) => new(id, Encoding.UTF8.GetBytes("1:" + id));

    public static Fragment Said(string endpoint, Availability availability, string? note = null) => new(endpoint, availability, note, null, 0, DateTimeOffset.UnixEpoch);

    public static async Task<EngineWorld> StartAsync(IPresenceStore store, EngineOptions? options = null)
    {
        var world = new EngineWorld(store, options);
        await world.RestartAsync();
        return world;
    }

    /// <summary>Stops what runs, if anything, and begins a new life on the same store.</summary>
    public async Task RestartAsync()
    {
        if (Engine is not null) await Engine.StopAsync();
        Performer.Clear();
        Engine = await PresenceEngine.StartAsync(store, Performer, options, Time, this);
        await Engine.Awakened;
    }

    public async Task<PresenceReply> DoAsync(PresentityCommand command) => await Engine.SubmitAsync(Juliet, command, default);

    public async Task DoAsync(params PresentityCommand[] commands)
    {
        foreach (var command in commands) Assert.True((await DoAsync(command)).IsAccepted, $"{command}");
    }

    public async Task<WatcherView?> ViewAsync(Address? watcher = null) => await Engine.FindAsync(Juliet, watcher ?? Alice, default);

    /// <summary>What was answered has been performed too, as far as it can be now, and what came of that is known: answers go first, and a look-up waits for its turn.</summary>
    public async Task SettleAsync()
    {
        for (var turn = 0; turn < 2; turn++) await ViewAsync();
    }

    public void OnFailure(EngineReason reason, string what, Exception? cause) => _failures.Enqueue(reason);

    public async ValueTask DisposeAsync() => await Engine.StopAsync();
}
