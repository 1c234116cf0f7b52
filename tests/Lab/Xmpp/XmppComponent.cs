using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using Lab.Processes;

namespace Lab.Xmpp;

/// <summary>A domain behind a real XMPP server by the component protocol (XEP-0114): what it sends leaves that server, what reaches that server for it is told here.</summary>
public sealed class XmppComponent : IAsyncDisposable
{
    public const string Secret = "s3cret";
    private static readonly XNamespace Accept = "jabber:component:accept";
    private readonly TcpClient _tcp;
    private readonly XmlReader _reader;
    private readonly SemaphoreSlim _writing = new(1, 1);

    private Task _following = Task.CompletedTask;

    private XmppComponent(string domain, TcpClient tcp, XmlReader reader)
    {
        (Domain, _tcp, _reader) = (domain, tcp, reader);
        Stanzas = new Journal<XElement>("component " + domain, s => s.ToString(SaveOptions.DisableFormatting));
    }

    public string Domain { get; }

    public Journal<XElement> Stanzas { get; }

    public static async Task<XmppComponent> ConnectAsync(int port, string domain)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync(IPAddress.Loopback, port);
        var stream = tcp.GetStream();
        await WriteAsync(stream, $"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='{domain}'>");
        var reader = XmlReader.Create(stream, new XmlReaderSettings { Async = true, IgnoreWhitespace = true });
        while (await reader.ReadAsync().WaitAsync(Stage.Soon) && reader.NodeType != XmlNodeType.Element)
        {
        }

        var id = reader.GetAttribute("id") ?? throw new LabFaultException("no stream id for component " + domain);
        await WriteAsync(stream, $"<handshake>{Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(id + Secret)))}</handshake>");
        var component = new XmppComponent(domain, tcp, reader);
        component._following = component.FollowAsync();
        await component.Stanzas.SeeAsync("the server takes the component", s => s.Name == Accept + "handshake", Stage.Soon);
        return component;
    }

    public async Task SendAsync(string xml)
    {
        await _writing.WaitAsync();
        try
        {
            await WriteAsync(_tcp.GetStream(), xml);
        }
        finally
        {
            _writing.Release();
        }
    }

    public Task MessageAsync(string from, string to, string id, string body) =>
        SendAsync($"<message xmlns='jabber:component:accept' type='chat' id='{id}' from='{from}' to='{to}'><body>{body}</body></message>");

    /// <summary>The next message with this body.</summary>
    public Task<XElement> TakeMessageAsync(string body, TimeSpan? deadline = null) =>
        Stanzas.TakeAsync($"a message '{body}'", s => s.Name == Accept + "message" && s.Element(Accept + "body")?.Value == body && s.Attribute("type")?.Value != "error", deadline ?? Stage.Soon);

    /// <summary>What became of the stanza with this id: the error that the server or the far side sent back.</summary>
    public Task<XElement> TakeErrorAsync(string id, TimeSpan? deadline = null) =>
        Stanzas.TakeAsync($"an error for {id}", s => s.Attribute("type")?.Value == "error" && s.Attribute("id")?.Value == id, deadline ?? Stage.Soon);

    public async ValueTask DisposeAsync()
    {
        _tcp.Dispose();
        await _following;
        _reader.Dispose();
        _writing.Dispose();
    }

    private static async Task WriteAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    private async Task FollowAsync()
    {
        var why = "closed";
        try
        {
            // A subtree ends with its last byte; reading on for the next node would hold each stanza back until another comes.
            while (await _reader.ReadAsync())
            {
                if (_reader.NodeType != XmlNodeType.Element) continue;
                using var stanza = _reader.ReadSubtree();
                Stanzas.Add(await XElement.LoadAsync(stanza, LoadOptions.PreserveWhitespace, CancellationToken.None));
            }
        }
        catch (Exception e) when (e is XmlException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            why = e.Message;
        }

        Stanzas.End(why);
    }
}
