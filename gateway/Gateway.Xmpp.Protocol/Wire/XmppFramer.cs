using System.Collections.Immutable;

namespace Gateway.Xmpp.Protocol.Wire;

/// <summary>What one read of a stream gave.</summary>
public enum XmppFrameKind
{
    /// <summary>All input is taken and no element is complete.</summary>
    NeedMore,
    /// <summary>White space between stanzas: a keep-alive (RFC 6120 §4.6.1).</summary>
    KeepAlive,
    /// <summary>The stream header; its element has attributes and no content.</summary>
    Header,
    /// <summary>A first-level element.</summary>
    Stanza,
    /// <summary>The closing tag of the stream.</summary>
    StreamEnd,
    /// <summary>The stream must end for <see cref="XmppFrame.Reason"/>.</summary>
    Refused,
}

/// <summary>One piece of a stream, cut and built.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Element">Of a header or stanza.</param>
/// <param name="Reason">Of a refusal.</param>
/// <param name="Bytes">Its length on the wire.</param>
public readonly record struct XmppFrame(XmppFrameKind Kind, XmlElement? Element, XmppReason Reason, int Bytes);

/// <summary>
/// Cuts one XMPP stream into header, stanzas, keep-alives and end: RFC 6120 §4 and §11, limits of <see cref="XmppLimits"/>. Feed it what arrives and
/// read until it needs more; each byte is looked at a bounded number of times however it was cut. It holds at most one unfinished element.
/// </summary>
public sealed class XmppFramer
{
    private const int HeldBytesKept = 4096;
    private XmppLimits _limits;
    private readonly ElementReader.Scratch _scratch = new();
    private BoundaryScanner _scanner;
    private byte[] _held = [];
    private int _heldLength;
    private XmppReason _refused;
    private byte[] _rootName = [];
    private bool _isProved;

    /// <summary>A framer at the beginning of a stream.</summary>
    public XmppFramer(XmppLimits limits)
    {
        _limits = limits;
        _scanner = new BoundaryScanner(limits.DepthMax);
    }

    /// <summary>The namespace declarations of the stream header, prefix and namespace; the default one has an empty prefix.</summary>
    public ImmutableArray<(string Prefix, string Namespace)> Declarations { get; private set; } = [];

    /// <summary>True while part of an element is held back.</summary>
    public bool IsHolding => _heldLength > 0;

    /// <summary>Starts anew after STARTTLS or SASL (RFC 6120 §4.3.3). What was held is forgotten.</summary>
    public void Restart()
    {
        _scanner = new BoundaryScanner(_limits.DepthMax);
        _scratch.Scope.Clear();
        _heldLength = 0;
        _refused = XmppReason.None;
        Declarations = [];
    }

    /// <summary>Lets elements grow from <see cref="XmppLimits.UnprovedBytesMax"/> to <see cref="XmppLimits.StanzaBytesMax"/>.</summary>
    public void Prove() => _isProved = true;

    /// <summary>Binds what comes from now on tighter: the limits of whom the stream has proved to come from.</summary>
    public void Tighten(XmppLimits limits) => _limits = limits;

    /// <summary>Takes the next piece off <paramref name="input"/>.</summary>
    public XmppFrame Read(ref ReadOnlySpan<byte> input)
    {
        while (true)
        {
            if (_refused != XmppReason.None) return new XmppFrame(XmppFrameKind.Refused, null, _refused, 0);
            bool isBeforeHeader = _scanner.IsBeforeHeader;
            int bytesMax = isBeforeHeader ? _limits.HeaderBytesMax : _isProved ? _limits.StanzaBytesMax : Math.Min(_limits.UnprovedBytesMax, _limits.StanzaBytesMax);

            // Never looked at beyond the first byte too many, so that the verdict is the same however the bytes were cut.
            int room = bytesMax + 1 - (_scanner.IsBetween ? 0 : _scanner.Length);
            var found = _scanner.Scan(_held.AsSpan(0, _heldLength), input.Length > room ? input[..room] : input, out int consumed, out var reason);
            if (found == Boundary.Refused) return Refuse(reason);
            if (_scanner.Length > bytesMax) return Refuse(isBeforeHeader ? XmppReason.HeaderTooLarge : XmppReason.StanzaTooLarge);

            var part = input[..consumed];
            input = input[consumed..];
            if (found == Boundary.NeedMore)
            {
                Hold(part);
                return new XmppFrame(XmppFrameKind.NeedMore, null, XmppReason.None, consumed);
            }
            if (found == Boundary.Space) return new XmppFrame(XmppFrameKind.KeepAlive, null, XmppReason.None, consumed);

            var whole = part;
            if (_heldLength > 0)
            {
                Hold(part);
                whole = _held.AsSpan(0, _heldLength);
            }
            var frame = Build(found, whole);
            Release();
            if (frame is { } built) return built;
        }
    }

    /// <summary>Null for the XML declaration, which yields nothing.</summary>
    private XmppFrame? Build(Boundary found, ReadOnlySpan<byte> whole)
    {
        var reason = XmlChars.Judge(whole);
        if (reason != XmppReason.None) return Refuse(reason);
        var reader = new ElementReader(whole, _limits, _scratch);
        switch (found)
        {
            case Boundary.Declaration:
                reason = ElementReader.JudgeDeclaration(whole);
                return reason == XmppReason.None ? null : Refuse(reason);
            case Boundary.StreamEnd:
                var name = whole[2..^1].TrimEnd(" \t\r\n"u8);
                return name.SequenceEqual(_rootName)
                    ? new XmppFrame(XmppFrameKind.StreamEnd, null, XmppReason.None, whole.Length)
                    : Refuse(XmppReason.NotWellFormed);
            case Boundary.Header:
                if (reader.TryReadHeader(out var header, out var rootName, out reason))
                {
                    _rootName = rootName;
                    Declarations = [.. _scratch.Scope.Declared()];
                    return new XmppFrame(XmppFrameKind.Header, header, XmppReason.None, whole.Length);
                }
                return Refuse(reason);
            default:
                return reader.TryRead(out var element, out reason)
                    ? new XmppFrame(XmppFrameKind.Stanza, element, XmppReason.None, whole.Length)
                    : Refuse(reason);
        }
    }

    private XmppFrame Refuse(XmppReason reason)
    {
        _refused = reason;
        Release();
        return new XmppFrame(XmppFrameKind.Refused, null, reason, 0);
    }

    private void Hold(ReadOnlySpan<byte> part)
    {
        int needed = _heldLength + part.Length;
        if (needed > _held.Length) Array.Resize(ref _held, Math.Max(needed, Math.Max(512, _held.Length * 2)));
        part.CopyTo(_held.AsSpan(_heldLength));
        _heldLength = needed;
    }

    private void Release()
    {
        _heldLength = 0;
        if (_held.Length > HeldBytesKept) _held = [];
    }
}
