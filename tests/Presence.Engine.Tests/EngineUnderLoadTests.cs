using Presence.Core;
using Presence.Core.Model;
using Presence.Core.Ports;
using Presence.Sqlite;
using static Presence.Engine.Tests.EngineWorld;

namespace Presence.Engine.Tests;

/// <summary>Many units and watchers at once on the real store: every watcher ends with the last state, nothing is left behind, and a killed store continues.</summary>
public sealed class EngineUnderLoadTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Every_watcher_ends_with_the_last_published_state_also_after_a_kill()
    {
        const int Units = 100;
        const int Changes = 30;
        var store = SqlitePresenceStore.Open(new(_folder.File));
        var performer = new RecordingPerformer { Answer = Unsteady(new Random(5)) };
        var engine = await PresenceEngine.StartAsync(store, performer, new EngineOptions { EffectRetrySecondsMin = 1, DoneFlushSeconds = 1 }, new ManualTime());
        await Task.WhenAll(Enumerable.Range(0, Units).Select(async i =>
        {
            var unit = Unit(i);
            foreach (var watcher in new[] { Alice, Bob })
            {
                await engine.SubmitAsync(unit, new Watch(watcher, Leg("d"), 3600), default);
                await engine.SubmitAsync(unit, new UpstreamGranted(watcher), default);
            }

            var showing = new List<Task>();
            for (var change = 0; change < Changes; change++)
            {
                foreach (var watcher in new[] { Alice, Bob })
                {
                    showing.Add(engine.SubmitAsync(unit, new UpstreamShowed(watcher, [Said("pc", Availability.Busy, $"{change}")], true), default).AsTask());
                }
            }

            await Task.WhenAll(showing);
        }));

        await using var killed = SqlitePresenceStore.Open(new(_folder.CopyAsKilled()));
        var second = new RecordingPerformer();
        await using var next = await PresenceEngine.StartAsync(killed, second, time: new ManualTime());
        await next.Awakened;
        await second.UntilAsync(all => all.Count(e => e.Effect is Show) >= Units * 2, "every leg to be shown again");
        foreach (var (effect, view) in second.All)
        {
            if (effect is Show) Assert.Equal($"{Changes - 1}", view!.Fragments[0].Note);
        }

        Assert.Equal(Units * 2, second.All.Count(e => e.Effect is Show));
        await engine.StopAsync();
        await store.DisposeAsync();
        Assert.Equal(0, engine.OpenCommands);
    }

    private static Func<PresenceEffect, ValueTask<EffectVerdict>> Unsteady(Random random) => _ =>
    {
        int kind;
        lock (random) kind = random.Next(20);
        return kind switch
        {
            0 => ValueTask.FromResult(EffectVerdict.Retry),
            < 5 => Later(),
            _ => ValueTask.FromResult(EffectVerdict.Done),
        };

        static async ValueTask<EffectVerdict> Later()
        {
            await Task.Yield();
            return EffectVerdict.Done;
        }
    };

    private static Address Unit(int number) => new($"user{number}", "capulet.example");
}
