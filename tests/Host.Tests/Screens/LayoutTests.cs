using Gateway.Host.Screens;

namespace Host.Tests.Screens;

/// <summary>What operators read keeps its shape on every terminal, and nobody outside can draw on it.</summary>
public sealed class LayoutTests
{
    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell_and_numbers_stand_to_the_right()
    {
        var lines = Layout.Columns(["in", "remote", "domains"], [["7", "192.0.2.7:40112", "a.example"], ["12345", "[2001:db8::1]:5269", "b.example"]]).ToList();
        Assert.Equal(
        [
            "     in  remote              domains",
            "      7  192.0.2.7:40112     a.example",
            "  12345  [2001:db8::1]:5269  b.example",
        ], lines);
    }

    [Fact]
    public void A_long_name_is_never_folded_or_cut()
    {
        var name = string.Join('.', Enumerable.Repeat(new string('x', 60), 4));
        Assert.EndsWith("  " + name, Layout.Columns(["way", "domains"], [["in", name]]).Last(), StringComparison.Ordinal);
    }

    [Fact]
    public void Sentences_fold_between_words_below_their_first_word_and_in_a_pipe_not_at_all()
    {
        const string text = "the partner must publish a record for it";
        Assert.Equal(["  dns  the partner must", "       publish a record", "       for it"], Layout.Entry("dns", 3, text, 24));
        Assert.Equal("  dns  " + text, Assert.Single(Layout.Entry("dns", 3, text, Layout.Unfolded)));
        Assert.Equal(["  dns  averylongword-that-fits-nowhere"], Layout.Entry("dns", 3, "averylongword-that-fits-nowhere", 20));
    }

    [Fact]
    public void What_a_stranger_wrote_cannot_steer_the_terminal()
    {
        Assert.Equal("\\u001b[2Jgone\\u202e x y", Layout.Clean("\u001b[2Jgone\u202e x\ny"));
        Assert.Equal("grüße, 日本 🙂", Layout.Clean("grüße, 日本 🙂"));
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(119, "119 s")]
    [InlineData(120, "2 min")]
    [InlineData(7_199, "119 min")]
    [InlineData(7_200, "2 h")]
    [InlineData(172_800, "2 d")]
    [InlineData(-5, "0 s")]
    public void An_age_is_as_much_of_it_as_one_looks_at(int seconds, string shown) => Assert.Equal(shown, Layout.Age(TimeSpan.FromSeconds(seconds)));
}
