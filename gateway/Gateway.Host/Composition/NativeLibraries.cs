using System.Runtime.InteropServices;
using System.Text;

namespace Gateway.Host.Composition;

/// <summary>
/// Asserts at start that the native libraries are there and work, because each would fail later and quietly: without ICU, normalisation does nothing at all, and two spellings of one name become two
/// users. SQLite is asserted by the store, libunbound by the resolver.
/// </summary>
internal static class NativeLibraries
{
    public static void Assert()
    {
        if (!string.Equals("e\u0301".Normalize(NormalizationForm.FormC), "\u00e9", StringComparison.Ordinal))
            throw new ApplianceFailure("ICU is missing, so names cannot be compared: install the Debian package libicu72, or run tools/setup.sh");
        if (!NativeLibrary.TryLoad("libidn.so.12", out _))
            throw new ApplianceFailure("libidn is missing, so addresses cannot be prepared: install the Debian package libidn12, or run tools/setup.sh");
    }
}
