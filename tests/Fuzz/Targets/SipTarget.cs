using System.Buffers;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Wire;
using Sip.Protocol.Tests;

namespace Fuzz.Targets;

/// <summary>
/// The SIP wire: what a stream gives does not depend on how it was cut; every view of a message can be asked for; the response to a request that holds is read back with its Via, From, Call-ID and
/// CSeq as they came.
/// </summary>
internal sealed class SipTarget : Target
{
    private readonly ArrayBufferWriter<byte> output = new(16 * 1024);
    private readonly List<Piece> whole = [];
    private readonly List<Piece> cut = [];

    public override string Name => "sip";

    public override Corpus Corpus { get; } = Corpus.Load("sip",
        "Via", "v", "From", "f", "To", "t", "Call-ID", "i", "CSeq", "Contact", "m", "Route", "Record-Route", "Max-Forwards", "Content-Length", "l", "Content-Type", "c", "Event", "o",
        "Subscription-State", "Supported", "Require", "P-Asserted-Identity", "ms-diagnostics", "Ms-Text-Format", "Session-Expires", "Expires", "Retry-After", "Warning",
        "SIP/2.0", "SIP/2.0/TLS", "sip:", "sips:", "tel:", "<sip:a@b>", "<sip:a@b;lr>", "\"x\\\"y\"", "\"", ";tag=", ";branch=z9hG4bK", ";lr", ";expires=", "[2001:db8::1]", "[::ffff:192.0.2.1]", ":::",
        "INVITE", "MESSAGE", "SUBSCRIBE", "NOTIFY", "BENOTIFY", "OPTIONS", "CANCEL", "ACK", "BYE", " , ", "*", "%00", "%zz", "\r\n\r\n", "\r\n ", "\r\n\t", ": ", "a=accept-types:", "m=message 5060 sip null");

    public override void Run(ReadOnlySpan<byte> input, ref Chance chance)
    {
        Feed(input, whole, input.Length, ref chance, isAsked: chance.OneIn(6));
        if (chance.OneIn(2)) Feed(input, cut, 1 + chance.Next(chance.OneIn(4) ? 12 : 600), ref chance, isAsked: false);
        else return;
        if (whole.Count != cut.Count) throw new FindingException($"cut otherwise, the stream gives {cut.Count} pieces and not {whole.Count}");
        for (var i = 0; i < whole.Count; i++)
            if (whole[i] != cut[i]) throw new FindingException($"cut otherwise, piece {i} is {cut[i]} and not {whole[i]}");
    }

    private void Feed(ReadOnlySpan<byte> stream, List<Piece> pieces, int step, ref Chance chance, bool isAsked)
    {
        pieces.Clear();
        var progress = default(SipFrameProgress);
        var start = 0;
        var end = 0;
        while (end < stream.Length)
        {
            end = Math.Min(stream.Length, end + 1 + chance.Next(2 * step));
            if (step == stream.Length) end = stream.Length;
            while (start < end)
            {
                var frame = SipFramer.TryRead(stream[start..end], SipLimits.Default, ref progress);
                Require(frame.Consumed >= 0 && frame.Consumed <= end - start, "more consumed than there was");
                start += frame.Consumed;
                if (frame.Verdict == SipFrameVerdict.NeedMore) break;
                if (frame.Verdict == SipFrameVerdict.KeepAlive) continue;
                pieces.Add(new Piece(frame.Verdict, frame.Reason, start, frame.Message?.HeaderCount ?? -1));
                if (frame.Message is { } message) Look(message, frame.Reason, isAsked);
                if (frame.IsStreamLost) return;
                Require(frame.Consumed > 0, "a verdict without progress");
            }
        }
    }

    private void Look(SipMessage message, SipReason reason, bool isAsked)
    {
        if (isAsked) Ask.Everything(message);
        if (message is not SipRequest request) return;
        output.ResetWrittenCount();
        SipWriter.ResponseTo(output, request, 200, null, "fuzz").End();
        if (reason != SipReason.None || !isAsked) return;
        var fault = SipParser.TryRead(output.WrittenSpan.ToArray(), SipLimits.Default, out var answer);

        // The answer has a few bytes more than the request; at a limit that may be the byte too many.
        if (fault is SipReason.HeadTooLarge or SipReason.HeaderTooLarge) return;
        if (fault != SipReason.None) throw new FindingException($"the response to a request that holds is refused: {fault}");
        Require(answer!.CallIdBytes.SequenceEqual(request.CallIdBytes), "another Call-ID came back");
        Require(answer.First(SipHeaderId.From).SequenceEqual(request.First(SipHeaderId.From)), "another From came back");
        Require(answer.First(SipHeaderId.CSeq).SequenceEqual(request.First(SipHeaderId.CSeq)), "another CSeq came back");
        Require(!answer.ToTagBytes.IsEmpty, "the To that came back has no tag");
        var sent = request.Lines(SipHeaderId.Via);
        foreach (var via in answer.Lines(SipHeaderId.Via)) Require(sent.MoveNext() && via.SequenceEqual(sent.Current), "another Via came back");
        Require(!sent.MoveNext(), "a Via is missing");
    }

    [System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
    private readonly record struct Piece(SipFrameVerdict Verdict, SipReason Reason, int End, int Headers);
}
