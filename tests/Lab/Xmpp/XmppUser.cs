using System.Text.Json.Nodes;
using Lab.Processes;

namespace Lab.Xmpp;

/// <summary>One logged-in XMPP user.</summary>
public sealed class XmppUser(XmppClient client, string address)
{
    public string Address { get; } = address;

    public Task<JsonObject> ConnectAsync(Prosody server, string password, string resource = "desk") => client.DoAsync(new JsonObject
    {
        ["do"] = "connect", ["user"] = Address, ["password"] = password, ["resource"] = resource, ["host"] = "127.0.0.1", ["port"] = server.ClientPort, ["ca"] = server.AuthorityFile,
    });

    public Task<JsonObject> DoAsync(string verb, params ReadOnlySpan<(string Name, string Value)> fields)
    {
        var command = new JsonObject { ["do"] = verb, ["user"] = Address };
        foreach (var (name, value) in fields) command[name] = value;
        return client.DoAsync(command);
    }

    /// <summary>The next event of this user with this name and these fields that was not taken before.</summary>
    public Task<JsonObject> TakeAsync(string name, TimeSpan deadline, params (string Name, string Value)[] fields) => client.Events.TakeAsync(
        $"{Address} receives {name} {string.Join(' ', fields.Select(f => $"{f.Name}: {f.Value}"))}",
        e => e.Is(name) && e.Has("user", Address) && fields.All(f => e.Has(f.Name, f.Value)), deadline);

    public int Count(string name, params (string Name, string Value)[] fields) =>
        client.Events.Count(e => e.Is(name) && e.Has("user", Address) && fields.All(f => e.Has(f.Name, f.Value)));
}
