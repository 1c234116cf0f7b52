using System.Text.Json.Nodes;
using Lab.Processes;

namespace Lab.Xmpp;

/// <summary>The driver of genuine XMPP clients (tests/XmppClient): one process, many logged-in users.</summary>
public sealed class XmppClient : IAsyncDisposable
{
    private readonly JsonProcess _process;

    private XmppClient(JsonProcess process) => _process = process;

    public Journal<JsonObject> Events => _process.Events;

    public JsonProcess Json => _process;

    public static async Task<XmppClient> StartAsync(LabDirectory directory)
    {
        var process = new JsonProcess("xmpp client", Programs.Python, [Programs.XmppClientScript], directory.File("client.log"));
        await process.Events.TakeAsync("client is ready", e => e.Is("ready"), Stage.Soon);
        return new XmppClient(process);
    }

    /// <summary>Makes the account, logs in, loads the roster, and sends available presence unless told otherwise.</summary>
    public async Task<XmppUser> LogInAsync(Prosody server, string name, bool isShown = true, string resource = "desk")
    {
        var user = new XmppUser(this, $"{name}@{server.Domain}");
        await user.ConnectAsync(server, server.AddAccount(name), resource);
        if (isShown) await user.DoAsync("presence");
        return user;
    }

    public Task<JsonObject> DoAsync(JsonObject command) => _process.DoAsync(command);

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
