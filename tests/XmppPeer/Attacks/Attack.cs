using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using XmppPeer.Control;

namespace XmppPeer.Attacks;

/// <summary>One thing a peer may not do, and how well it behaves before.</summary>
public sealed record Attack(Manners Manners, Func<Ground, Task> Act)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly IReadOnlyDictionary<string, Attack> All = new[] { XmlAttacks.All, HeaderAttacks.All, SenderAttacks.All, DialbackAttacks.All }
        .SelectMany(a => a).ToDictionary(a => a.Key, a => a.Value, StringComparer.Ordinal);

    public static IEnumerable<string> Names => All.Keys.Order(StringComparer.Ordinal);

    /// <summary>Attacks once, waits until the other side ends the connection, and tells by what words: <c>attack-result</c>.</summary>
    public static async Task RunAsync(Server server, string name, string from, string target, string victim)
    {
        if (!All.TryGetValue(name, out var attack)) throw new CommandFault("no such attack: " + name);
        var ground = new Ground(server, server.Need(from), target, victim);
        var began = Stopwatch.GetTimestamp();
        var isEnded = true;
        try
        {
            await ground.BehaveAsync(attack.Manners);
            ground.Stream.Seen.Clear();
            await attack.Act(ground);
        }
        catch (Exception e) when (e is IOException or SocketException or AuthenticationException)
        {
            server.Events.Trace("cut", ground.Stream.Number, e.Message); // The other side did not want to hear the rest.
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(server.Stopping);
        patience.CancelAfter(Patience);
        try
        {
            await ground.Stream.DrainAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            isEnded = false;
        }

        var seen = ground.Stream.Seen.ToString();
        var condition = new Regex("<(stream:)?error>\\s*<(?<condition>[a-z-]+)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(60)).Match(seen);
        server.Events.Emit("attack-result", ("name", name), ("ended", isEnded), ("condition", condition.Success ? condition.Groups["condition"].Value : ""),
            ("seen", seen.Length > 2_000 ? seen[..2_000] : seen), ("ms", (long)Stopwatch.GetElapsedTime(began).TotalMilliseconds));
        server.Remove(ground.Stream);
        await ground.Stream.DisposeAsync();
    }
}
