using Gateway.Federation;
using Gateway.Host.Configuration;
using Gateway.Transport;
using Presence.Core;
using Presence.Core.Authorization;
using Presence.Core.Model;
using Presence.Core.Ports;
using Presence.Engine;
using Presence.Sqlite;
using Microsoft.Extensions.Logging;

namespace Gateway.Host.Composition;

/// <summary>Store and presence engine as the composition starts, joins and stops them.</summary>
public sealed class EngineRuntime(ApplianceParts parts) : IAsyncDisposable
{
    private readonly EffectGate gate = new(parts.Crossing);
    private SqlitePresenceStore? store;
    private PresenceEngine? engine;

    public bool IsStoreOpen => store is not null;

    public async Task OpenStoreAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Directory.CreateDirectory(Path.GetDirectoryName(parts.Model.StoreFile)!);
        try
        {
            // Opening may wait for recovery after a crash: off the caller's thread.
            store = await Task.Run(() => SqlitePresenceStore.Open(new SqliteStoreOptions(parts.Model.StoreFile)), cancellation);
        }
        catch (PresenceStoreException fault)
        {
            throw new ApplianceFailure($"the store {parts.Model.StoreFile} cannot be used: {fault.Message}", fault);
        }
    }

    /// <summary>The secret behind dialback keys (XEP-0185): it lives in the store, so that whoever shares the store shares it.</summary>
    public async Task<string> DialbackSecretAsync(CancellationToken cancellation) =>
        Convert.ToHexStringLower((await store!.GetOrCreateSecretAsync("dialback", cancellation)).Span);

    /// <summary>Starts the engine and joins it with crossing and sides. Effects wait until <see cref="Speak"/>.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        // The effects of one commit leave as one write per connection: each on its own would be a TLS record and a system call.
        var options = new EngineOptions { Settings = SettingsOf(parts.Model), Ids = parts.Ids, Gather = static () => SendBatch.Begin() };
        engine = await PresenceEngine.StartAsync(store!, gate, options, parts.Time, new EngineLog(parts.Logs.CreateLogger<EngineLog>(), parts.Refusals), cancellation);
        parts.Crossing.Connect(engine, SideOf(Protocol.Sip), SideOf(Protocol.Xmpp));
    }

    /// <summary>New rules about users hold at once, for watchers that stand too; the times of subscriptions need a restart.</summary>
    public void Apply(AccessList access)
    {
        if (engine is not null) _ = engine.ApplyAsync(SettingsOf(parts.Model) with { Access = access });
    }

    /// <summary>Both sides can speak: what an earlier life left undone, and what is decided from now on, may leave.</summary>
    public void Speak() => gate.Open();

    public IReadOnlyDictionary<string, long> Numbers()
    {
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal);
        if (engine is null) return numbers;
        numbers["epoch"] = engine.Epoch;
        numbers["commands open"] = engine.OpenCommands;
        numbers["effects open"] = engine.OpenEffects;
        numbers["awakened"] = engine.Awakened.IsCompleted ? 1 : 0;
        foreach (var (name, value) in parts.Sides.SelectMany(s => s.Numbers())) numbers[name] = value;
        return numbers;
    }

    /// <summary>Users of a domain that the store knows; 0 while it is not open.</summary>
    public async Task<long> CountUsersAsync(string domain, CancellationToken cancellation) => store is null ? 0 : await store.CountUsersAsync(domain, cancellation);

    /// <summary>Has the presentity's home asked anew for the watcher's authorization; says why not, where it cannot.</summary>
    public async Task<string> AskAnewAsync(Address presentity, Address watcher, CancellationToken cancellation)
    {
        if (engine is null) return "presence.StoreUnavailable";
        var reply = await engine.SubmitAsync(presentity, new AskAnew(watcher), cancellation);
        return reply.IsAccepted ? "" : PresenceFailures.NameOf(reply.Reason);
    }

    public async Task StopAsync()
    {
        gate.Open();
        if (engine is not null) await engine.StopAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (engine is not null) await engine.DisposeAsync();
        engine = null;
        if (store is not null) await store.DisposeAsync();
        store = null;
    }

    private static PresentitySettings SettingsOf(ApplianceModel model)
    {
        var presence = model.Presence;
        return PresentitySettings.Default with
        {
            ExpiresSecondsMin = presence.ExpiresMin,
            ExpiresSecondsMax = presence.Expires,
            ExpiresSecondsDefault = Math.Clamp(PresentitySettings.Default.ExpiresSecondsDefault, presence.ExpiresMin, presence.Expires),
            Access = model.Federation.Policy.Access,
            RetrySecondsMax = presence.SubscriptionFailureRetry,
            RetryAfterSecondsMax = Math.Max(PresentitySettings.Default.RetryAfterSecondsMax, presence.SubscriptionFailureRetry),
        };
    }

    private ISide SideOf(Protocol protocol) => parts.Sides.First(s => s.Side.Protocol == protocol).Side;
}
