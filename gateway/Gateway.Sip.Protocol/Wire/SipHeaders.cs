using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// Names of header fields: resolved once per line at parse, compact forms and any case included (RFC 3261 §7.3.1, §7.3.3),
/// and the set whose grammar is a comma list.
/// </summary>
public static class SipHeaders
{
    private const int BucketCount = 256;

    private static readonly string[] _names = BuildNames();
    private static readonly byte[][] _bytes = _names.Select(Encoding.ASCII.GetBytes).ToArray();
    private static readonly Entry[]?[] _buckets = BuildBuckets();

    private readonly record struct Entry(byte[] Name, SipHeaderId Id);

    public static SipHeaderId Read(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty) return SipHeaderId.Other;
        var bucket = _buckets[BucketOf(name)];
        if (bucket is null) return SipHeaderId.Other;
        foreach (var entry in bucket)
        {
            if (Ascii.EqualsIgnoreCase(name, entry.Name)) return entry.Id;
        }

        return SipHeaderId.Other;
    }

    public static string Name(this SipHeaderId id) => _names[(int)id];

    public static ReadOnlySpan<byte> Utf8Name(this SipHeaderId id) => _bytes[(int)id];

    /// <summary>Whether one line may hold several values separated by commas (RFC 3261 §7.3.1).</summary>
    public static bool IsList(this SipHeaderId id) => id is
        SipHeaderId.Accept or SipHeaderId.AcceptEncoding or SipHeaderId.AcceptLanguage or SipHeaderId.Allow or SipHeaderId.AllowEvents
        or SipHeaderId.CallInfo or SipHeaderId.Contact or SipHeaderId.ContentEncoding or SipHeaderId.ContentLanguage or SipHeaderId.EndPoints
        or SipHeaderId.ErrorInfo or SipHeaderId.HistoryInfo or SipHeaderId.InReplyTo or SipHeaderId.PAssertedIdentity or SipHeaderId.Path
        or SipHeaderId.ProxyRequire or SipHeaderId.Reason or SipHeaderId.RecordRoute or SipHeaderId.Require or SipHeaderId.Route
        or SipHeaderId.Supported or SipHeaderId.Unsupported or SipHeaderId.Via or SipHeaderId.Warning or SipHeaderId.AcceptContact
        or SipHeaderId.RejectContact or SipHeaderId.RequestDisposition;

    private static string[] BuildNames()
    {
        var names = Enum.GetNames<SipHeaderId>();
        var spelled = new string[names.Length];
        for (var i = 0; i < names.Length; i++) spelled[i] = Spell((SipHeaderId)i, names[i]);
        return spelled;
    }

    private static string Spell(SipHeaderId id, string member) => id switch
    {
        SipHeaderId.Other => "",
        SipHeaderId.CallId => "Call-ID",
        SipHeaderId.CSeq => "CSeq",
        SipHeaderId.RAck => "RAck",
        SipHeaderId.RSeq => "RSeq",
        SipHeaderId.MinSE => "Min-SE",
        SipHeaderId.MimeVersion => "MIME-Version",
        SipHeaderId.SipETag => "SIP-ETag",
        SipHeaderId.SipIfMatch => "SIP-If-Match",
        SipHeaderId.WwwAuthenticate => "WWW-Authenticate",
        SipHeaderId.EndPoints => "EndPoints",
        SipHeaderId.TriggeredInvite => "TriggeredInvite",
        SipHeaderId.MsPiggybackCSeq => "ms-piggyback-cseq",
        SipHeaderId.MsConversationId => "Ms-Conversation-ID",
        _ when member.StartsWith("Ms", StringComparison.Ordinal) => Dashed(member).ToLowerInvariant(),
        _ => Dashed(member),
    };

    private static string Dashed(string member)
    {
        var text = new StringBuilder(member.Length + 4);
        for (var i = 0; i < member.Length; i++)
        {
            if (i > 0 && char.IsUpper(member[i])) text.Append('-');
            text.Append(member[i]);
        }

        return text.ToString();
    }

    private static Entry[]?[] BuildBuckets()
    {
        (string, SipHeaderId)[] compact =
        [
            ("a", SipHeaderId.AcceptContact), ("b", SipHeaderId.ReferredBy), ("c", SipHeaderId.ContentType), ("d", SipHeaderId.RequestDisposition),
            ("e", SipHeaderId.ContentEncoding), ("f", SipHeaderId.From), ("i", SipHeaderId.CallId), ("j", SipHeaderId.RejectContact),
            ("k", SipHeaderId.Supported), ("l", SipHeaderId.ContentLength), ("m", SipHeaderId.Contact), ("o", SipHeaderId.Event),
            ("r", SipHeaderId.ReferTo), ("s", SipHeaderId.Subject), ("t", SipHeaderId.To), ("u", SipHeaderId.AllowEvents),
            ("v", SipHeaderId.Via), ("x", SipHeaderId.SessionExpires),
        ];
        var buckets = new Entry[]?[BucketCount];
        for (var i = 1; i < _names.Length; i++) Add(buckets, _names[i], (SipHeaderId)i);
        foreach (var (name, id) in compact) Add(buckets, name, id);
        return buckets;
    }

    private static void Add(Entry[]?[] buckets, string name, SipHeaderId id)
    {
        var bytes = Encoding.ASCII.GetBytes(name);
        ref var bucket = ref buckets[BucketOf(bytes)];
        bucket = [.. bucket ?? [], new Entry(bytes, id)];
    }

    private static int BucketOf(ReadOnlySpan<byte> name) =>
        (name.Length * 37 + (name[0] | 0x20) * 5 + (name[^1] | 0x20)) & (BucketCount - 1);
}
