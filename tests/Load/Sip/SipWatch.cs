using System.Globalization;
using Load.Wire;

namespace Load.Sip;

/// <summary>A subscription of the subject to one of our users: the dialog in which we send NOTIFY (RFC 6665 §4.4.1).</summary>
internal sealed class SipWatch
{
    private readonly SipLink link;
    private readonly string head;
    private readonly Template marked;
    private int sequence;

    public SipWatch(SipLink link, string user, string watcher, string head)
    {
        (this.link, User, Watcher, this.head) = (link, user, watcher, head);
        marked = new Template(Text(Document(user, "gwl:{#}:"), "{+}"));
    }

    public SipLink Link => link;

    /// <summary>Our user's address.</summary>
    public string User { get; }

    public string Watcher { get; }

    /// <summary>The first NOTIFY.</summary>
    public void Begin() => link.Queue.Send(Text(Document(User, "here"), Next().ToString(CultureInfo.InvariantCulture)));

    /// <summary>A change with a mark; only queued.</summary>
    public void Change(long mark) => marked.WriteTo(link.Queue, mark, Next());

    private static string Document(string user, string note) =>
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><presence xmlns=\"urn:ietf:params:xml:ns:pidf\" xmlns:ep=\"urn:ietf:params:xml:ns:pidf:status:rpid-status\" "
        + $"xmlns:et=\"urn:ietf:params:xml:ns:pidf:rpid-tuple\" entity=\"sip:{user}\"><tuple id=\"0\"><status><basic>open</basic><ep:activities><ep:activity>busy</ep:activity></ep:activities>"
        + $"</status><note>{note}</note></tuple></presence>";

    private int Next() => Interlocked.Increment(ref sequence);

    private string Text(string body, string number) =>
        head.Replace("{cseq}", number, StringComparison.Ordinal)
        + $"Subscription-State: active;expires=3600\r\nEvent: presence\r\nContent-Type: application/pidf+xml\r\nContent-Length: {Template.LengthOf(body)}\r\n\r\n{body}";
}
