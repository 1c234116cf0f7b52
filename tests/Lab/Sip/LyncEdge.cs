using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Processes;

namespace Lab.Sip;

/// <summary>The Lync edge emulator (tests/LyncEdge) as a process: its users' acts as commands, what reached them as events.</summary>
public sealed class LyncEdge : IAsyncDisposable
{
    private LyncEdge(JsonProcess json, int port) => (Json, Port) = (json, port);

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    public JsonProcess Json { get; }

    public Journal<JsonObject> Events => Json.Events;

    public static async Task<LyncEdge> StartAsync(LabDirectory directory, LyncEdgeOptions options)
    {
        List<string> arguments =
        [
            "--profile", options.Profile, "--listen", string.Create(CultureInfo.InvariantCulture, $"{options.Address}:{options.Port}"), "--fqdn", options.Fqdn, "--ca", options.AuthorityFile,
            "--gateway-host", options.GatewayHost, "--gateway", string.Create(CultureInfo.InvariantCulture, $"{options.GatewayAddress}:{options.GatewayPort}"), "--trace",
        ];
        foreach (var domain in options.Domains) arguments.AddRange(["--domain", domain]);
        if (options.Certificate is { } own) arguments.AddRange(["--cert", own.CertificateFile, "--key", own.KeyFile]);
        arguments.AddRange(options.More);
        var edge = new LyncEdge(new JsonProcess(
            "lync edge " + options.Name, Programs.Built("tests/LyncEdge", "LyncEdge"), arguments, directory.File($"edge-{options.Name}.log")), options.Port);
        await edge.Events.TakeAsync("the edge listens", e => e.Is("ready"), Stage.Soon);
        return edge;
    }

    public Task<JsonObject> DoAsync(string verb, params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        var command = new JsonObject { ["do"] = verb };
        foreach (var (name, value) in fields) command[name] = value;
        return Json.DoAsync(command);
    }

    public Task<JsonObject> TakeAsync(string name, TimeSpan deadline, params (string Name, string Value)[] fields) => Events.TakeAsync(
        $"{name} {string.Join(' ', fields.Select(f => $"{f.Name}: {f.Value}"))}", e => e.Is(name) && fields.All(f => e.Has(f.Name, f.Value)), deadline);

    public ValueTask DisposeAsync() => Json.DisposeAsync();
}
