using System.Globalization;
using System.Text;

namespace LyncEdge.Wire;

/// <summary>One header line as it stood on the wire: the name in its own spelling, the value without surrounding blanks.</summary>
public readonly record struct SipHeader(string Name, string Value);

/// <summary>
/// One SIP message (RFC 3261 §7) kept as text: headers in their order and spelling, because the edge compares what comes back
/// with what it sent byte for byte.
/// </summary>
public sealed class SipMessage
{
    private static readonly Dictionary<string, string> Compact = new(StringComparer.OrdinalIgnoreCase)
    {
        ["v"] = "Via", ["f"] = "From", ["t"] = "To", ["i"] = "Call-ID", ["m"] = "Contact", ["c"] = "Content-Type", ["l"] = "Content-Length",
        ["o"] = "Event", ["u"] = "Allow-Events", ["k"] = "Supported", ["s"] = "Subject", ["e"] = "Content-Encoding", ["r"] = "Refer-To", ["x"] = "Session-Expires",
    };

    private SipMessage(string head, byte[] body)
    {
        Head = head;
        Body = body;
    }

    public string Head { get; }

    public byte[] Body { get; }

    public bool IsRequest { get; private set; }

    public string Method { get; private set; } = "";

    public string RequestUri { get; private set; } = "";

    public int Status { get; private set; }

    public string Phrase { get; private set; } = "";

    public List<SipHeader> Headers { get; } = [];

    public string BodyText => Encoding.UTF8.GetString(Body);

    public string CallId => Get("Call-ID") ?? "";

    public int CSeq => int.TryParse((Get("CSeq") ?? "").Split(' ', 2)[0], NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : -1;

    public string CSeqMethod => (Get("CSeq") ?? "").Split(' ', 2, StringSplitOptions.TrimEntries) is [_, var method] ? method : "";

    public SipAddress From => SipAddress.Read(Get("From"));

    public SipAddress To => SipAddress.Read(Get("To"));

    /// <summary>The media type in lower case without its parameters; empty when there is no body type.</summary>
    public string MediaType => (Get("Content-Type") ?? "").Split(';', 2)[0].Trim().ToLowerInvariant();

    public string TopBranch => SipText.Parameter(SipText.SplitList(Get("Via") ?? "").FirstOrDefault() ?? "", "branch") ?? "";

    public string? Get(string name)
    {
        foreach (var header in Headers)
            if (IsNamed(header.Name, name)) return header.Value;
        return null;
    }

    /// <summary>Every value of a header, lists taken apart, in order.</summary>
    public IReadOnlyList<string> All(string name) =>
        [.. Headers.Where(h => IsNamed(h.Name, name)).SelectMany(h => SipText.SplitList(h.Value))];

    public bool Lists(string name, string token) => All(name).Any(v => v.Equals(token, StringComparison.OrdinalIgnoreCase));

    /// <returns>The message, or null with the fault when the start line or a header is not SIP.</returns>
    public static SipMessage? Read(string head, byte[] body, out string fault)
    {
        fault = "";
        var lines = head.Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n');
        var message = new SipMessage(head, body);
        if (!message.ReadStartLine(lines[0]))
        {
            fault = "start line: " + lines[0];
            return null;
        }

        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i];
            if (line.Length == 0) continue;
            if (line[0] is ' ' or '\t')
            {
                if (message.Headers.Count == 0) continue;
                message.Headers[^1] = message.Headers[^1] with { Value = message.Headers[^1].Value + " " + line.Trim() };
                continue;
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                fault = "header line: " + line;
                return null;
            }

            message.Headers.Add(new SipHeader(line[..colon].Trim(), line[(colon + 1)..].Trim()));
        }

        return message;
    }

    private static bool IsNamed(string written, string name) =>
        written.Equals(name, StringComparison.OrdinalIgnoreCase)
        || (written.Length == 1 && Compact.TryGetValue(written, out var full) && full.Equals(name, StringComparison.OrdinalIgnoreCase));

    private bool ReadStartLine(string line)
    {
        var parts = line.Split(' ', 3);
        if (parts.Length < 3) return false;
        if (parts[0].Equals("SIP/2.0", StringComparison.Ordinal))
        {
            Phrase = parts[2];
            if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status)) return false;
            Status = status;
            return status is >= 100 and <= 699;
        }

        IsRequest = true;
        Method = parts[0];
        RequestUri = parts[1];
        return parts[2].Equals("SIP/2.0", StringComparison.Ordinal);
    }
}
