using System.Text.Json.Nodes;
using Lab;
using Lab.Appliance;
using Lab.Processes;

namespace Appliance.Tests.Interop;

/// <summary>One XMPP stream as <c>gateway status --json</c> tells it.</summary>
internal sealed record StreamStatus(string Direction, string Proof, IReadOnlyList<string> Features, int Unacknowledged)
{
    /// <summary>Asks until the streams are so.</summary>
    public static async Task UntilAsync(GatewayProcess gateway, string what, Func<IReadOnlyList<StreamStatus>, bool> isSo)
    {
        using var deadline = new CancellationTokenSource(Stage.Soon);
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await ReadAsync(gateway) is var streams && !isSo(streams))
        {
            if (deadline.IsCancellationRequested) throw new LabTimeoutException($"not in time: {what}; there are\n{string.Join('\n', streams)}");
            await look.WaitForNextTickAsync();
        }
    }

    public static async Task<IReadOnlyList<StreamStatus>> ReadAsync(GatewayProcess gateway)
    {
        var (code, text) = await gateway.VerbAsync("status", "--json");
        if (code != 0) throw new LabFaultException($"gateway status ended with {code}: {text}");
        return [.. Connections(JsonNode.Parse(text)).Select(c => new StreamStatus(
            c["direction"]!.GetValue<string>(), string.Join(' ', c["proofs"]!.AsArray()), [.. c["features"]!.AsArray().Select(f => f!.GetValue<string>())], c["unacknowledged"]!.GetValue<int>()))];
    }

    private static IEnumerable<JsonObject> Connections(JsonNode? node) => node switch
    {
        JsonObject one when one.ContainsKey("unacknowledged") => [one],
        JsonObject one => one.SelectMany(p => Connections(p.Value)),
        JsonArray many => many.SelectMany(Connections),
        _ => [],
    };
}
