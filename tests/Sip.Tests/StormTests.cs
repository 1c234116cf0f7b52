using Gateway.Federation;
using Presence.Core.Model;
using Sip.Tests.World;

namespace Sip.Tests;

/// <summary>Many users, threads, connections and refusals at once: every message is answered exactly once, nothing waits for itself, and nothing is left when all is over.</summary>
public sealed class StormTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Every_message_has_one_outcome_and_nothing_is_held_afterwards(int seed)
    {
        await using var rig = await Rig.StartAsync();
        var edges = new List<Edge>();
        for (var i = 0; i < 4; i++) edges.Add(await rig.DialBoundAsync());
        var chance = new Chance(seed);
        var plays = edges.Select(e => e.PlayAsync(request => Part(request, chance))).ToList();

        // The far side speaks back from inside the side's own call: whoever held a lock over it would wait for himself.
        rig.Crossing.StateEntered = state => rig.Depart(state.State == ChatState.Composing ? ChatState.Paused : ChatState.Active, state.Passage.From);
        var senders = Enumerable.Range(0, 6).Select(sender => Task.Run(async () =>
        {
            var outcomes = new List<Task<Outcome>>();
            for (var i = 0; i < 120; i++)
            {
                var to = new Address($"user{chance.Below(12)}", "contoso.example");
                outcomes.Add(rig.Depart($"{sender}/{i}", to));
                if (i % 7 == 0) rig.Depart(ChatState.Composing, to);
                if (i % 50 == 49) rig.Depart(ChatState.Gone, to);
                if (i % 10 == 0) await InviteAsync(edges[chance.Below(4)], to);
            }

            return await Task.WhenAll(outcomes);
        })).ToList();
        var all = (await Task.WhenAll(senders).Within("every message's outcome")).SelectMany(o => o).ToList();
        Assert.Equal(720, all.Count);
        Assert.Contains(all, o => o.IsDelivered);
        Assert.Contains(all, o => !o.IsDelivered);

        foreach (var edge in edges) await edge.SettleAsync();
        await OverAsync(rig, edges);
        await rig.ForgottenAsync();
        Assert.All(rig.View.Links, link => Assert.Equal(0, link.Waiting));
        foreach (var edge in edges) await edge.DisposeAsync();
        await Task.WhenAll(plays);
    }

    // Idle ends are staggered by what was last heard; each BYE is answered by the part the edge plays.
    private static async Task OverAsync(Rig rig, List<Edge> edges)
    {
        for (var i = 0; i < 4; i++)
        {
            rig.Time.Advance(TimeSpan.FromMinutes(6));
            foreach (var edge in edges) await edge.SettleAsync();
        }
    }

    private static async Task InviteAsync(Edge edge, Address from)
    {
        var callId = Lines.NewCallId();
        var answer = await edge.AskAsync(As(Lines.Invite(callId)));
        await edge.SendAsync(As(Lines.InDialog("ACK", callId, 1, answer.ToTag)));
        string As(string request) => request.Replace(Lines.Bo, $"sip:{from}", StringComparison.Ordinal);
    }

    private static string? Part(Heard request, Chance chance) => request.Method switch
    {
        "ACK" => null,
        "INVITE" => chance.Below(10) switch
        {
            0 => Lines.Response(request, 486),
            1 => Lines.Response(request, 180) + Lines.Accepted(request, "a" + chance.Below(9)),
            2 => Lines.Accepted(request, "a") + Lines.Accepted(request, "b"),
            _ => Lines.Accepted(request, "t" + chance.Below(1_000)),
        },
        "MESSAGE" => chance.Below(12) switch
        {
            0 => Lines.Response(request, 481),
            1 => Lines.Response(request, 500),
            2 => Lines.Response(request, 415),
            3 => Lines.Response(request, 200) + Lines.Response(request, 200),
            _ => Lines.Response(request, 200),
        },
        _ => Lines.Response(request, 200),
    };

    /// <summary>One seeded source of chance for many threads.</summary>
    private sealed class Chance(int seed)
    {
        private readonly Lock gate = new();
        private readonly Random random = new(seed);

        public int Below(int bound)
        {
            lock (gate) return random.Next(bound);
        }
    }
}
