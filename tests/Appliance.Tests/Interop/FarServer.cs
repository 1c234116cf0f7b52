using Lab;
using Lab.Processes;
using Lab.Xmpp;

namespace Appliance.Tests.Interop;

/// <summary>A server on the far side of the matrix: what it sends, what reaches it, and where it says that something failed.</summary>
public abstract class FarServer : IAsyncDisposable
{
    public abstract Task SendAsync(string from, string to, string id, string body);

    /// <summary>Waits until a message with this body reached the domain.</summary>
    public abstract Task ArrivesAsync(string domain, string body);

    /// <summary>Waits until the server tells that what it sent did not get through, and gives its words.</summary>
    public abstract Task<string> FailsAsync(string domain, string to, string id);

    /// <summary>Waits until the server tells, in its log or as an event, that a stream from the foreign domain ended before it stood.</summary>
    public abstract Task RefusedAsync(string domain, string foreign);

    public abstract ValueTask DisposeAsync();
}

/// <summary>A real server whose domains are components.</summary>
/// <param name="isOneForAll">One component takes what is for any of the domains: so it is with ejabberd.</param>
public sealed class RealFarServer(
    int componentPort, LabProcess process, Func<string, string, string, bool> tellsRefusal, IAsyncDisposable server, bool isOneForAll = false) : FarServer
{
    private readonly Dictionary<string, XmppComponent> _components = new(StringComparer.Ordinal);

    public override async Task SendAsync(string from, string to, string id, string body) => await (await ComponentAsync(from[(from.IndexOf('@', StringComparison.Ordinal) + 1)..])).MessageAsync(from, to, id, body);

    public override async Task ArrivesAsync(string domain, string body) => await (await ComponentAsync(domain)).TakeMessageAsync(body);

    public override async Task<string> FailsAsync(string domain, string to, string id) => (await (await ComponentAsync(domain)).TakeErrorAsync(id)).ToString();

    public override Task RefusedAsync(string domain, string foreign) => process.Lines.TakeAsync($"{process.Name} tells that {foreign} was refused", l => tellsRefusal(l, domain, foreign), Stage.Soon);

    /// <summary>A component is connected before the first stanza for it may come.</summary>
    public async Task<XmppComponent> ComponentAsync(string domain)
    {
        var key = isOneForAll ? "" : domain;
        if (!_components.TryGetValue(key, out var component)) _components[key] = component = await XmppComponent.ConnectAsync(componentPort, domain);
        return component;
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var component in _components.Values) await component.DisposeAsync();
        await server.DisposeAsync();
    }
}

/// <summary>The scripted peer.</summary>
public sealed class ScriptedFarServer(ScriptedPeer peer) : FarServer
{
    public ScriptedPeer Peer => peer;

    public override Task SendAsync(string from, string to, string id, string body) => peer.DoAsync("send", ("from", from), ("to", to), ("stanza", id), ("body", body));

    public override Task ArrivesAsync(string domain, string body) => peer.TakeAsync("message", Stage.Soon, ("body", body));

    public override async Task<string> FailsAsync(string domain, string to, string id)
    {
        await peer.Events.TakeAsync($"{domain} could not send to {to}", e => e.Is("unsent") && e.Has("ours", domain) && e.At("text")!.Contains($"id='{id}'", StringComparison.Ordinal), Stage.Soon);
        return string.Join('\n', peer.Events.All().Where(e => (e.Is("stream-error") || e.Is("refused") || e.Is("failed")) && e.Has("ours", domain)).Select(JsonProcess.Print));
    }

    public override Task RefusedAsync(string domain, string foreign) => peer.Events.SeeAsync(
        $"{domain} tells that {foreign} was refused", e => (e.Is("stream-error") || e.Is("refused") || e.Is("ended")) && (e.Has("ours", domain) || e.Has("to", domain)), Stage.Soon);

    public override ValueTask DisposeAsync() => peer.DisposeAsync();
}
