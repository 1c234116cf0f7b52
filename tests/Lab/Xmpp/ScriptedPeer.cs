using System.Globalization;
using System.Text.Json.Nodes;
using Lab.Processes;
using Lab.Trust;

namespace Lab.Xmpp;

/// <summary>The scripted XMPP server (tests/XmppPeer) as a process: its acts as commands, what happened to its streams as events.</summary>
public sealed class ScriptedPeer : IAsyncDisposable
{
    private ScriptedPeer(JsonProcess json, int port, int directPort) => (Json, Port, DirectPort) = (json, port, directPort);

    public JsonProcess Json { get; }

    public Journal<JsonObject> Events => Json.Events;

    public int Port { get; }

    /// <summary>Where TLS begins with the first byte.</summary>
    public int DirectPort { get; }

    public static async Task<ScriptedPeer> StartAsync(LabDirectory directory, string authorityFile, int gatewayPort, int? port = null, int? directPort = null)
    {
        var (own, direct) = (port ?? LabPorts.Take(), directPort ?? LabPorts.Take());
        var peer = new ScriptedPeer(new JsonProcess(
            "xmpp peer", Programs.Built("tests/XmppPeer", "XmppPeer"),
            ["--listen", Loopback(own), "--listen-tls", Loopback(direct), "--ca", authorityFile, "--gateway", Loopback(gatewayPort), "--trace"], directory.File("peer.log")), own, direct);
        await peer.Events.TakeAsync("the scripted peer listens", e => e.Is("ready"), Stage.Soon);
        return peer;
    }

    public Task<JsonObject> DoAsync(string verb, params ReadOnlySpan<(string Name, JsonNode? Value)> fields)
    {
        var command = new JsonObject { ["do"] = verb };
        foreach (var (name, value) in fields) command[name] = value;
        return Json.DoAsync(command);
    }

    public Task<JsonObject> DomainAsync(string name, LabCertificate? certificate, params ReadOnlySpan<(string Name, JsonNode? Value)> fields) =>
        DoAsync("domain", [("name", name), .. certificate is null ? [] : Files(certificate), .. fields]);

    public Task<JsonObject> TakeAsync(string name, TimeSpan deadline, params (string Name, string Value)[] fields) => Events.TakeAsync(
        $"{name} {string.Join(' ', fields.Select(f => $"{f.Name}: {f.Value}"))}", e => e.Is(name) && fields.All(f => e.Has(f.Name, f.Value)), deadline);

    public ValueTask DisposeAsync() => Json.DisposeAsync();

    private static (string Name, JsonNode? Value)[] Files(LabCertificate certificate) => [("cert", certificate.CertificateFile), ("key", certificate.KeyFile)];

    private static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
}
