using System.Net;
using System.Security.Cryptography;
using System.Text;
using Load.Scenarios;
using Load.Subjects;
using Load.Wire;

namespace Load.Xmpp;

/// <summary>Components of one XMPP server (XEP-0114), one connection for each of their domains.</summary>
internal sealed class ComponentEnd(IPEndPoint target, Func<int, string> domainOf, int domains) : IDisposable
{
    /// <summary>Domains of one side that the servers know; with as many on the other side, the square of it in domain pairs.</summary>
    public const int DomainsMax = 23;

    public const string LeftSuffix = "left.example";
    private const string RightSuffix = "right.example";
    private readonly List<XmppStream> streams = [];
    private bool isOver;

    public int Domains => domains;

    public Scenario? Traffic { get; set; }

    public static string LeftDomain(int number) => $"h{number}.{LeftSuffix}";

    public static string RightDomain(int number) => $"h{number}.{RightSuffix}";

    public WriteQueue QueueOf(int domain) => streams[domain].Queue;

    public void Flush()
    {
        foreach (var stream in streams) stream.Queue.Flush();
    }

    public async Task StartAsync()
    {
        while (streams.Count < domains) streams.Add(await OpenAsync(domainOf(streams.Count)));
    }

    public void Dispose()
    {
        isOver = true;
        foreach (var stream in streams) stream.Close();
    }

    private async Task<XmppStream> OpenAsync(string domain)
    {
        var stream = new XmppStream(await Tls.ConnectAsync(target, IPAddress.Loopback));
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stream.Queue.Send($"<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' to='{domain}'>");
        _ = ReadAsync(stream, ready);
        try
        {
            await ready.Task.WaitAsync(TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            throw new LoadFailureException($"the component {domain} was not let in within 60 s");
        }

        return stream;
    }

    private async Task ReadAsync(XmppStream stream, TaskCompletionSource ready)
    {
        var why = "closed by the server";
        try
        {
            await stream.ReadAsync((part, bytes) => Take(stream, ready, part, bytes), () => Traffic?.OnBatch());
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            why = e.Message;
        }

        ready.TrySetException(new LoadFailureException("a component's stream ended: " + why));
        if (!isOver) await Console.Error.WriteLineAsync("load: a component's stream ended: " + why);
    }

    private StreamStep Take(XmppStream stream, TaskCompletionSource ready, StreamPart part, ReadOnlySpan<byte> bytes)
    {
        if (part == StreamPart.End) return StreamStep.Close;
        if (part == StreamPart.Header)
        {
            var digest = SHA1.HashData(Encoding.UTF8.GetBytes((StanzaText.Attribute(bytes, "id") ?? "") + Lab.ComponentSecret));
            stream.Queue.Send($"<handshake>{Convert.ToHexStringLower(digest)}</handshake>");
        }
        else if (StanzaText.IsElement(bytes, "handshake"u8)) ready.TrySetResult();
        else if (StanzaText.IsElement(bytes, "message"u8) && Mark.Find(bytes) is >= 0 and var mark)
        {
            var tag = StanzaText.TagOf(bytes);
            if (tag.IndexOf("type='error'"u8) >= 0 || tag.IndexOf("type=\"error\""u8) >= 0) Traffic?.OnError(mark, Encoding.UTF8.GetString(bytes));
            else Traffic?.OnXmppMessage(mark);
        }

        return StreamStep.Continue;
    }
}
