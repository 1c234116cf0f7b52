using Gateway.Transport;
using Gateway.Xmpp.Protocol;
using Gateway.Xmpp.Protocol.Dialback;
using Gateway.Xmpp.Protocol.Streams;
using Gateway.Xmpp.Protocol.Wire;

namespace Gateway.Xmpp.Streams;

/// <summary>Dialback on a stream of ours: our questions to an authoritative server and its answers (XEP-0220 steps 2 and 3), and its word on our own keys.</summary>
internal sealed partial class OutboundConnection
{
    private readonly Dictionary<(DomainPair Pair, string Id), Action<DialbackWord, DialbackCondition>> _asked = [];

    /// <summary>Dialback questions without an answer yet.</summary>
    public int QuestionCount
    {
        get
        {
            lock (Gate) return _asked.Count;
        }
    }

    /// <summary>Puts one dialback question; false when the stream is over. The answer, or its absence, is told exactly once.</summary>
    public bool TryAsk(DialbackMessage ask, Action<DialbackWord, DialbackCondition> answer)
    {
        using var batch = SendBatch.Begin();
        lock (Gate)
        {
            if (IsOver || !IsEstablished || !_asked.TryAdd((ask.Pair, ask.Id), answer)) return false;
            if (Send((ref XmppWriter writer) => ask.WriteTo(ref writer)) == TransportReason.None) return true;
            _asked.Remove((ask.Pair, ask.Id));
            return false;
        }
    }

    /// <summary>Nobody waits for this answer any more: a server that never answers must not make a long stream remember its questions.</summary>
    public void Forget(DialbackMessage ask)
    {
        lock (Gate) _asked.Remove((ask.Pair, ask.Id));
    }

    private void AnswerAll(DialbackCondition condition)
    {
        Action<DialbackWord, DialbackCondition>[] unanswered;
        lock (Gate)
        {
            unanswered = [.. _asked.Values];
            _asked.Clear();
        }
        foreach (var answer in unanswered) answer(DialbackWord.Error, condition);
    }

    private void DialbackReceived(XmlElement element)
    {
        if (!DialbackMessage.TryRead(element, out var message))
        {
            End(XmppReason.DialbackMalformed);
            return;
        }
        if (message.Step == DialbackStep.Result)
        {
            On(new OutboundInput.ResultReceived(message));
            return;
        }
        Action<DialbackWord, DialbackCondition>? answer = null;
        if (message.Step == DialbackStep.Verdict)
        {
            lock (Gate) _asked.Remove((message.Pair, message.Id), out answer);
        }
        if (answer is null) Context.Metrics.StanzaRefused("unsolicited-dialback");
        else answer(message.Word, message.Condition == DialbackCondition.ItemNotFound ? DialbackCondition.RemoteServerNotFound : DialbackCondition.RemoteServerTimeout);
    }
}
