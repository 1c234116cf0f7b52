using System.Text;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Wire;

namespace Xmpp.Protocol.Tests.Wire;

/// <summary>Feeds a framer and collects what it cuts.</summary>
internal static class Framing
{
    public const string Header =
        "<?xml version='1.0'?><stream:stream xmlns='jabber:server' xmlns:stream='http://etherx.jabber.org/streams' xmlns:db='jabber:server:dialback'"
        + " from='capulet.example' to='contoso.example' version='1.0'>";

    public static List<XmppFrame> ReadAll(string text, int cut = int.MaxValue, XmppLimits? limits = null) =>
        ReadAll(Encoding.UTF8.GetBytes(text), cut, limits);

    public static List<XmppFrame> ReadAll(byte[] bytes, int cut = int.MaxValue, XmppLimits? limits = null)
    {
        var framer = new XmppFramer(limits ?? new XmppLimits());
        var frames = new List<XmppFrame>();
        for (int at = 0; at < bytes.Length; at += cut)
        {
            var input = new ReadOnlySpan<byte>(bytes, at, (int)Math.Min(cut, bytes.Length - (long)at));
            while (true)
            {
                var frame = framer.Read(ref input);
                if (frame.Kind == XmppFrameKind.NeedMore) break;
                frames.Add(frame);
                if (frame.Kind == XmppFrameKind.Refused) return frames;
            }
            if (cut == int.MaxValue) break;
        }
        return frames;
    }

    /// <summary>The one stanza in a stream that has only it.</summary>
    public static XmlElement Stanza(string xml)
    {
        var frames = ReadAll(Header + xml);
        Assert.Equal([XmppFrameKind.Header, XmppFrameKind.Stanza], frames.Select(frame => frame.Kind));
        return frames[1].Element!;
    }

    public static XmppReason Refusal(string afterHeader) => ReadAll(Header + afterHeader)[^1].Reason;
}
