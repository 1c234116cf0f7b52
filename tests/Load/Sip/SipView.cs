using System.Text;

namespace Load.Sip;

/// <summary>One SIP message as slices of what was read: only what a generator needs of RFC 3261, not a judge of it.</summary>
internal ref struct SipView
{
    private const byte CarriageReturn = (byte)'\r';

    public ReadOnlySpan<byte> Head { get; private set; }

    public ReadOnlySpan<byte> Body { get; private set; }

    /// <summary>Start line.</summary>
    public ReadOnlySpan<byte> Start { get; private set; }

    public ReadOnlySpan<byte> Via { get; private set; }

    public ReadOnlySpan<byte> From { get; private set; }

    public ReadOnlySpan<byte> To { get; private set; }

    public ReadOnlySpan<byte> CallId { get; private set; }

    public ReadOnlySpan<byte> CSeq { get; private set; }

    public ReadOnlySpan<byte> Contact { get; private set; }

    public ReadOnlySpan<byte> SubscriptionState { get; private set; }

    public ReadOnlySpan<byte> Expires { get; private set; }

    public readonly bool IsRequest => !Start.StartsWith("SIP/2.0 "u8);

    /// <summary>Of a response.</summary>
    public readonly int Status => ((Start[8] - '0') * 100) + ((Start[9] - '0') * 10) + Start[10] - '0';

    public readonly bool IsMethod(ReadOnlySpan<byte> method) => Start.Length > method.Length && Start.StartsWith(method) && Start[method.Length] == ' ';

    public readonly bool AnswersMethod(ReadOnlySpan<byte> method) => CSeq.EndsWith(method);

    /// <summary>Cuts one message off <paramref name="bytes"/>; gives how many bytes it and the line ends before it take, 0 while it is incomplete.</summary>
    public static int TryRead(ReadOnlySpan<byte> bytes, out SipView view)
    {
        view = default;
        var skipped = 0;
        while (skipped < bytes.Length && bytes[skipped] is (byte)'\r' or (byte)'\n') skipped++;
        bytes = bytes[skipped..];
        var headEnd = bytes.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0) return 0;
        view.Head = bytes[..(headEnd + 2)];
        var bodyLength = view.ReadHead();
        if (bytes.Length < headEnd + 4 + bodyLength) return 0;
        view.Body = bytes.Slice(headEnd + 4, bodyLength);
        return skipped + headEnd + 4 + bodyLength;
    }

    /// <summary>Writes the response: what RFC 3261 §8.2.6.2 says is copied, then <paramref name="extra"/> (whole lines) and the body.</summary>
    public readonly void Respond(Wire.WriteQueue queue, ReadOnlySpan<byte> statusLine, ReadOnlySpan<byte> toTag, ReadOnlySpan<byte> extra = default, ReadOnlySpan<byte> body = default)
    {
        lock (queue.Gate)
        {
            Put(queue, statusLine);
            for (var left = Head[(Start.Length + 2)..]; left.Length > 0;)
            {
                var end = left.IndexOf("\r\n"u8) + 2;
                var line = left[..end];
                left = left[end..];
                var isTo = IsNamed(line, "To"u8, "t"u8);
                if (isTo && line.IndexOf(";tag="u8) < 0)
                {
                    Put(queue, line[..^2]);
                    Put(queue, ";tag="u8);
                    Put(queue, toTag);
                    Put(queue, "\r\n"u8);
                }
                else if (isTo || IsEchoed(line)) Put(queue, line);
            }

            Put(queue, extra);
            Put(queue, "Content-Length: "u8);
            Span<byte> digits = stackalloc byte[10];
            _ = body.Length.TryFormat(digits, out var written);
            Put(queue, digits[..written]);
            Put(queue, "\r\n\r\n"u8);
            Put(queue, body);
        }
    }

    /// <summary>The Record-Route values as Route lines, in the order in which they stand, or the other way round for who sent the request.</summary>
    public readonly string Routes(bool isReversed)
    {
        var routes = new List<string>();
        foreach (var line in Encoding.ASCII.GetString(Head).Split("\r\n"))
            if (line.StartsWith("Record-Route:", StringComparison.OrdinalIgnoreCase)) routes.Add("Route:" + line["Record-Route:".Length..] + "\r\n");
        if (isReversed) routes.Reverse();
        return string.Concat(routes);
    }

    /// <summary>The URI of a Contact value.</summary>
    public readonly string ContactUri()
    {
        var text = Encoding.ASCII.GetString(Contact);
        var open = text.IndexOf('<', StringComparison.Ordinal);
        return open >= 0 ? text[(open + 1)..text.IndexOf('>', open)] : text.Split(';')[0];
    }

    private static void Put(Wire.WriteQueue queue, ReadOnlySpan<byte> bytes) => bytes.CopyTo(queue.Take(bytes.Length));

    private static bool IsEchoed(ReadOnlySpan<byte> line) => (line[0] | 0x20) switch
    {
        'v' => IsNamed(line, "Via"u8, "v"u8),
        'f' => IsNamed(line, "From"u8, "f"u8),
        'c' => IsNamed(line, "Call-ID"u8, default) || IsNamed(line, "CSeq"u8, default),
        'i' => IsNamed(line, default, "i"u8),
        'r' => IsNamed(line, "Record-Route"u8, default),
        _ => false,
    };

    private static bool IsNamed(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name, ReadOnlySpan<byte> shortName) => NameIs(line, name) || NameIs(line, shortName);

    private static bool NameIs(ReadOnlySpan<byte> line, ReadOnlySpan<byte> name) =>
        name.Length > 0 && line.Length > name.Length && line[name.Length] == ':' && Ascii.EqualsIgnoreCase(line[..name.Length], name);

    // Gives the body's length.
    private int ReadHead()
    {
        var bodyLength = 0;
        var isFirst = true;
        for (var left = Head; left.Length > 0;)
        {
            var end = left.IndexOf(CarriageReturn);
            var line = left[..end];
            left = left[(end + 2)..];
            if (isFirst)
            {
                Start = line;
                isFirst = false;
                continue;
            }

            var colon = line.IndexOf((byte)':');
            if (colon <= 0) continue;
            var value = line[(colon + 1)..].Trim((byte)' ');
            if (IsNamed(line, "Content-Length"u8, "l"u8)) _ = int.TryParse(value, System.Globalization.CultureInfo.InvariantCulture, out bodyLength);
            else Keep(line, value);
        }

        return bodyLength;
    }

    private void Keep(ReadOnlySpan<byte> line, ReadOnlySpan<byte> value)
    {
        switch (line[0] | 0x20)
        {
            case 'v' when Via.IsEmpty && IsNamed(line, "Via"u8, "v"u8):
                Via = value;
                break;
            case 'f' when IsNamed(line, "From"u8, "f"u8):
                From = value;
                break;
            case 't' when IsNamed(line, "To"u8, "t"u8):
                To = value;
                break;
            case 'i' when NameIs(line, "i"u8):
                CallId = value;
                break;
            case 'm' when NameIs(line, "m"u8):
                Contact = value;
                break;
            case 's' when NameIs(line, "Subscription-State"u8):
                SubscriptionState = value;
                break;
            case 'e' when NameIs(line, "Expires"u8):
                Expires = value;
                break;
            case 'c':
                if (NameIs(line, "Call-ID"u8)) CallId = value;
                else if (NameIs(line, "CSeq"u8)) CSeq = value;
                else if (NameIs(line, "Contact"u8)) Contact = value;
                break;
        }
    }
}
