using System.Text;
using Gateway.Sip.Protocol;
using Gateway.Sip.Protocol.Conversations;
using static Gateway.Sip.Protocol.Conversations.ConversationInput;

namespace Sip.Protocol.Tests.Conversations;

public sealed class ConversationTests : ConversationMachine
{
    [Fact]
    public void First_message_invites_and_waits_for_the_delayed_answer_in_order()
    {
        Assert.Equal("invite 1", On(Text(1)));
        Assert.Equal("", On(Text(2)));
        Assert.Equal("", On(new Ringing(1)));
        Now = Now.AddSeconds(30);
        Assert.Equal("", On(new Tick()));
        Assert.Equal("ack 1|message 1 #1", On(new Accepted(1, "t", TypingMode.None)));
        Assert.Equal("done 1|message 1 #2", On(new MessageAnswered(1, 200)));
        Assert.Equal("done 2", On(new MessageAnswered(1, 200)));
        Assert.Equal("message 1 #3", On(Text(3)));
    }

    [Fact]
    public void Nothing_is_sent_in_the_peers_dialog_before_its_ack()
    {
        Assert.Equal("accept 1", On(new Invited(TypingMode.None)));
        Assert.Equal("", On(Text(1)));
        Assert.Equal("message 1 #1", On(new Acknowledged(1)));
    }

    [Fact]
    public void A_message_that_overtakes_the_ack_counts_as_one()
    {
        On(new Invited(TypingMode.None));
        On(Text(1));
        Assert.Equal("message 1 #1", On(new MessageReceived(1)));
    }

    [Fact]
    public void An_invite_never_answered_is_cancelled_and_its_messages_fail()
    {
        On(Text(1));
        On(new Ringing(1));
        Now = State.DeadlineWith(ConversationOptions.Default);
        Assert.Equal("cancel 1", On(new Tick()));
        Assert.Equal("failed 1 InviteTimeout 487|ended InviteTimeout", On(new InviteFailed(1, 487)));
    }

    [Fact]
    public void An_answer_that_crosses_the_cancel_still_carries_the_messages()
    {
        On(Text(1));
        On(new Ringing(1));
        Now = Now.AddSeconds(120);
        On(new Tick());
        Assert.Equal("ack 1|message 1 #1", On(new Accepted(1, "t", TypingMode.None)));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(480)]
    [InlineData(486)]
    [InlineData(603)]
    public void A_refused_invite_fails_all_that_waits_with_its_status(int status)
    {
        On(Text(1));
        On(Text(2));
        Assert.Equal($"failed 1 InviteRefused {status}|failed 2 InviteRefused {status}|ended InviteRefused", On(new InviteFailed(1, status)));
    }

    // Field fact C5: 481 means the BYE was lost; rebuild once, resend once, then give up.
    [Theory]
    [InlineData(481, "invite 2", SipReason.MessageRefused)]
    [InlineData(408, "bye 1|invite 2", SipReason.MessageRefused)]
    [InlineData(480, "bye 1|invite 2", SipReason.MessageRefused)]
    [InlineData(500, "bye 1|invite 2", SipReason.StaleCSeq)]
    public void A_lost_dialog_is_rebuilt_once_and_the_message_resent_once(int status, string rebuilt, SipReason reason)
    {
        Establish();
        On(Text(1));
        On(Text(2));
        Assert.Equal(rebuilt, On(new MessageAnswered(1, status)));
        Assert.Equal("ack 2|message 2 #1", On(new Accepted(2, "t2", TypingMode.None)));
        var again = On(new MessageAnswered(2, status));
        Assert.Contains($"failed 1 {reason} {status}", again, StringComparison.Ordinal);
        Assert.EndsWith("invite 3", again, StringComparison.Ordinal);
        Assert.Equal("ack 3|message 3 #2", On(new Accepted(3, "t3", TypingMode.None)));
    }

    [Theory]
    [InlineData(415)]
    [InlineData(488)]
    [InlineData(606)]
    [InlineData(403)]
    public void A_refused_message_fails_alone_and_the_dialog_goes_on(int status)
    {
        Establish();
        On(Text(1));
        On(Text(2));
        Assert.Equal($"failed 1 MessageRefused {status}|message 1 #2", On(new MessageAnswered(1, status)));
    }

    [Fact]
    public void A_message_written_and_never_answered_fails_visibly_and_is_not_sent_twice()
    {
        Establish();
        On(Text(1));
        Assert.Equal("failed 1 MessageTimeout 0|bye 1|ended PeerLost", On(new MessageLost(1, WasWritten: true)));
    }

    [Fact]
    public void A_message_never_written_goes_out_in_a_new_dialog()
    {
        Establish();
        On(Text(1));
        Assert.Equal("bye 1|invite 2", On(new MessageLost(1, WasWritten: false)));
    }

    [Fact]
    public void Glare_keeps_the_later_established_dialog()
    {
        Assert.Equal("invite 1", On(Text(1)));
        Assert.Equal("accept 2", On(new Invited(TypingMode.None)));
        Assert.Equal("message 2 #1", On(new Acknowledged(2)));
        Assert.Equal("ack 1", On(new Accepted(1, "t", TypingMode.None)));
        Assert.Equal("done 1|bye 2", On(new MessageAnswered(2, 200)));
        Assert.Equal("message 1 #2", On(Text(2)));
    }

    [Fact]
    public void A_second_invite_of_the_same_user_supersedes_the_first()
    {
        On(new Invited(TypingMode.None));
        On(new Acknowledged(1));
        Assert.Equal("accept 2", On(new Invited(TypingMode.None)));
        Assert.Equal("bye 1", On(new Acknowledged(2)));
    }

    [Fact]
    [Clause("RFC3261", "13.2.2.4")]
    public void Another_fork_that_answers_is_ended_and_the_same_200_is_acknowledged_again()
    {
        On(Text(1));
        On(new Accepted(1, "a", TypingMode.None));
        Assert.Equal("ack 1", On(new Accepted(1, "a", TypingMode.None)));
        Assert.Equal("end fork 1 b", On(new Accepted(1, "b", TypingMode.None)));
    }

    [Fact]
    [Clause("RFC7573", "6.1")]
    public void A_silent_conversation_ends_with_bye_after_its_idle_time()
    {
        Establish();
        Now = State.DeadlineWith(ConversationOptions.Default);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddMinutes(10), Now);
        Assert.Equal("bye 1|ended Idle", On(new Tick()));
    }

    [Fact]
    public void Bye_of_the_peer_ends_it_and_the_next_message_invites_again()
    {
        Establish();
        Assert.Equal("ended EndedByPeer", On(new Bye(1)));
        State = ConversationState.New;
        Assert.Equal("invite 1", On(Text(1)));
    }

    [Fact]
    public void Bye_while_messages_wait_rebuilds_for_them()
    {
        Establish();
        On(Text(1));
        On(Text(2));
        Assert.Equal("", On(new Bye(1)));
        Assert.Equal("done 1|invite 2", On(new MessageAnswered(1, 200)));
    }

    [Fact]
    public void Close_says_bye_after_what_is_queued()
    {
        Establish();
        On(Text(1));
        On(Text(2));
        Assert.Equal("", On(new Close(SipReason.EndedByUs)));
        Assert.Equal("done 1|message 1 #2", On(new MessageAnswered(1, 200)));
        Assert.Equal("done 2|bye 1|ended EndedByUs", On(new MessageAnswered(1, 200)));
    }

    [Fact]
    public void Close_at_once_fails_what_is_queued()
    {
        On(Text(1));
        On(new Ringing(1));
        Assert.Equal("failed 1 ShuttingDown 0|cancel 1|ended ShuttingDown", On(new Close(SipReason.ShuttingDown, AtOnce: true)));
    }

    [Fact]
    [Clause("RFC3261", "13.3.1.4")]
    public void A_200_never_acknowledged_is_ended_with_bye()
    {
        On(new Invited(TypingMode.None));
        Now = Now.AddSeconds(32);
        Assert.Equal("bye 1|ended AckNeverCame", On(new Tick()));
    }

    [Fact]
    public void Typing_goes_out_in_the_mode_of_the_peer_and_comes_in_without_repeats()
    {
        Assert.Equal("", On(new SendTyping(true)));
        On(new Invited(TypingMode.KeyboardActivity));
        On(new Acknowledged(1));
        Assert.Equal("typing 1 KeyboardActivity True", On(new SendTyping(true)));
        Assert.Equal("peer typing True", On(new TypingReceived(1, true, 60)));
        Assert.Equal("", On(new TypingReceived(1, true, 60)));
        Now = Now.AddSeconds(60);
        Assert.Equal("peer typing False", On(new Tick()));
    }

    [Fact]
    public void The_queue_is_bounded_by_count_and_age()
    {
        var options = ConversationOptions.Default with { QueueMessagesMax = 2, AnswerWait = TimeSpan.FromHours(1) };
        On(Text(1), options);
        On(Text(2), options);
        Assert.Equal("failed 3 QueueFull 0", On(Text(3), options));
        Now = Now.AddSeconds(150);
        Assert.Equal("failed 1 MessageTooOld 0|failed 2 MessageTooOld 0", On(new Tick(), options));
    }
}
