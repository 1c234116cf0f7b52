using System.Globalization;
using System.Text;

namespace Gateway.Sip.Protocol.Conversations;

/// <summary>
/// SDP as far as message sessions need it (RFC 4566, RFC 3264): read tolerantly, line by line, written in the shape Microsoft clients use
/// (field facts C1, C2).
/// </summary>
public sealed record SessionDescription(IReadOnlyList<SdpMedia> Media)
{
    public const int LinesMax = 400;

    public const int MediaMax = 32;

    /// <summary>What we can take, best first.</summary>
    public const string OwnAcceptTypes = "text/plain text/html";

    /// <summary>The m-line a message session would run over; null when the offer holds none.</summary>
    public SdpMedia? Message => Media.FirstOrDefault(m => m.IsMessage);

    public static bool TryRead(ReadOnlySpan<byte> body, out SessionDescription description)
    {
        description = null!;
        var media = new List<SdpMedia>();
        List<string>? attributes = null;
        var lines = 0;
        while (!body.IsEmpty)
        {
            var end = body.IndexOf((byte)'\n');
            var line = (end < 0 ? body : body[..end]).TrimEnd((byte)'\r');
            body = end < 0 ? default : body[(end + 1)..];
            if (line.IsEmpty) continue;
            if (++lines > LinesMax || line.Length < 2 || line[1] != (byte)'=') return false;
            if (lines == 1 && line[0] != (byte)'v') return false;
            var text = Encoding.UTF8.GetString(line[2..]);
            if (line[0] == (byte)'m')
            {
                attributes = [];
                if (media.Count == MediaMax || !TryReadMedia(text, attributes, out var item)) return false;
                media.Add(item);
            }
            else if (line[0] == (byte)'a')
            {
                attributes?.Add(text);
            }
        }

        description = new SessionDescription(media);
        return lines > 0;
    }

    /// <summary>Our offer (field fact C6).</summary>
    public static byte[] WriteOffer(string host, int port)
    {
        var text = Head(host);
        text.Append(CultureInfo.InvariantCulture, $"m=message {port} sip null\r\n").Append("a=accept-types:").Append(OwnAcceptTypes).Append("\r\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Our answer: the first message line accepted under its own media token, every other line refused with port 0 (RFC 3264 §6).</summary>
    public byte[] WriteAnswer(string host, int port, string localUri, int version = 0)
    {
        var text = Head(host, version);
        var isTaken = false;
        foreach (var line in Media)
        {
            if (line.IsMessage && !isTaken)
            {
                isTaken = true;
                text.Append(CultureInfo.InvariantCulture, $"m={line.Media} {port} sip {localUri}\r\n").Append("a=accept-types:").Append(OwnAcceptTypes).Append("\r\n");
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"m={line.Media} 0 {line.Protocol} {line.Format}\r\n");
            }
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static StringBuilder Head(string host, int version = 0) =>
        new StringBuilder(256).Append(CultureInfo.InvariantCulture, $"v=0\r\no=- 0 {version} IN IP4 {host}\r\ns=session\r\nc=IN IP4 {host}\r\nt=0 0\r\n");

    private static bool TryReadMedia(string text, List<string> attributes, out SdpMedia media)
    {
        media = null!;
        var parts = text.Split(' ', 4, StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length < 3) return false;
        var slash = parts[1].IndexOf('/', StringComparison.Ordinal);
        var port = slash < 0 ? parts[1] : parts[1][..slash];
        if (!ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        media = new SdpMedia(parts[0], number, parts[2], parts.Length > 3 ? parts[3].Trim() : "", attributes);
        return true;
    }
}
