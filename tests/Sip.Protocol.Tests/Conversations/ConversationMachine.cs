using System.Text;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Conversations;
using static Gateway.Sip.Protocol.Conversations.ConversationInput;

namespace Sip.Protocol.Tests.Conversations;

/// <summary>One conversation machine with its time, and its outputs as short lines.</summary>
public abstract class ConversationMachine
{
    private protected DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

    private protected ConversationState State { get; set; } = ConversationState.New;

    protected void Establish()
    {
        On(new Invited(TypingMode.None));
        On(new Acknowledged(1));
    }

    protected static Send Text(long id) => new(new OutgoingMessage(id, "text/plain", Encoding.UTF8.GetBytes("hello")));

    protected string On(ConversationInput input, ConversationOptions? options = null)
    {
        var step = Conversation.On(State, input, options ?? ConversationOptions.Default, SipTimers.Default, Now);
        State = step.State;
        return string.Join('|', step.Outputs.Select(Line));
    }

    private static string Line(ConversationOutput output) => output switch
    {
        ConversationOutput.SendInvite o => $"invite {o.Leg}",
        ConversationOutput.AcceptInvite o => $"accept {o.Leg}",
        ConversationOutput.RepeatAccept o => $"repeat {o.Leg}",
        ConversationOutput.SendRefresh o => $"refresh {o.Leg} {o.Session.Seconds}",
        ConversationOutput.SendAck o => $"ack {o.Leg}",
        ConversationOutput.SendCancel o => $"cancel {o.Leg}",
        ConversationOutput.EndFork o => $"end fork {o.Leg} {o.RemoteTag}",
        ConversationOutput.SendMessage o => $"message {o.Leg} #{o.Message.Id}",
        ConversationOutput.SendTyping o => $"typing {o.Leg} {o.Mode} {o.IsTyping}",
        ConversationOutput.SendBye o => $"bye {o.Leg}",
        ConversationOutput.Forget o => $"forget {o.Leg}",
        ConversationOutput.MessageDone { Reason: SipReason.None } o => $"done {o.Id}",
        ConversationOutput.MessageDone o => $"failed {o.Id} {o.Reason} {o.Status}",
        ConversationOutput.DeliverTyping o => $"peer typing {o.IsTyping}",
        ConversationOutput.Ended o => $"ended {o.Reason}",
        _ => output.ToString(),
    };
}
