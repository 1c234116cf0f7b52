namespace Demo;

/// <summary>What the show was asked for.</summary>
internal sealed record DemoOptions
{
    /// <summary>End after the conversation.</summary>
    public bool Exits { get; init; }

    public bool HasPauses { get; init; } = true;

    /// <summary>Begin with the subscriptions and authorizations of the run before; otherwise the show begins among strangers.</summary>
    public bool KeepsState { get; init; }

    /// <summary>The configuration that is shown; everything is written to the folder <c>run</c> beside it.</summary>
    public string Configuration { get; init; } = Path.Combine(Lab.Programs.RepositoryRoot, "appliance.json");

    public static DemoOptions? Read(IReadOnlyList<string> arguments)
    {
        var options = new DemoOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--config" when i + 1 < arguments.Count:
                    options = options with { Configuration = Path.GetFullPath(arguments[++i]) };
                    break;
                case "--exit" or "--steps-only":
                    options = options with { Exits = true };
                    break;
                case "--fast":
                    options = options with { HasPauses = false };
                    break;
                case "--keep":
                    options = options with { KeepsState = true };
                    break;
                default:
                    return null;
            }
        }

        return options;
    }
}
