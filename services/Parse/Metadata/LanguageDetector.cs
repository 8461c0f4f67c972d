namespace Storyline.Parse.Metadata;

/// <summary>
/// Language of a text from its script and its most frequent small words. Costs microseconds and no model: a page nearly always declares its
/// language, so this decides only where it does not, or where the declaration contradicts the script (templates keep <c>lang="en"</c>).
/// </summary>
public static class LanguageDetector
{
    private const int SampleLength = 4_000;

    // The commonest function words of each language; what languages share is listed for each.
    private static readonly (string Language, string Words)[] FunctionWords =
    [
        ("en", "the of and to in that is was for it with as his on be at by he this are from had not but have they which said were who will has their been its an"),
        ("de", "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie"),
        ("fr", "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec son aux été cette mais ou comme nous ont"),
        ("es", "de la que el en y a los se del las un por con no una su para es al lo como más pero sus le ya o este sí porque esta entre cuando muy fue ha son"),
        ("it", "di e il la che in un a per è una sono del con non si da i le dei nel alla al della come più anche lo ha ma gli delle questo dal stato"),
        ("pt", "de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito nos já está"),
        ("nl", "de van het een en in is dat op te voor met zijn die niet aan er om ook als dan maar bij nog uit door naar heeft ze wordt tot deze worden meer over"),
        ("sv", "och att det i en som på är av för med den till inte om har de ett han men var jag från så kan när år under också efter eller nu sig ska där vid"),
        ("da", "og i at det er en til af på for med der de den som ikke et har om var han men fra jeg også kan efter vil ved eller skal nu når blev år blive mod"),
        ("nb", "og i det er en til av på for med som at de den ikke et har om var han men fra jeg også kan etter vil ved eller skal nå når ble år seg mot blir hun"),
        ("fi", "ja on ei että se oli hän mutta ovat kun myös niin kuin sen joka mukaan tai jo nyt vain sekä vuoden ole olla hänen jos ollut mitä tämä sitä kanssa"),
        ("pl", "w i na z do się nie że jest to o od po za jak przez dla przy ale co tym są ich który tego oraz jego być został może było tak lub już także czy"),
        ("cs", "a se v na je že to s z do o i ve k pro za by jsem ale jako po od jeho které který jsou také při aby podle roku však není být už byl jen nebo"),
        ("sk", "a sa v na je že to s z do o aj vo k pre za by som ale ako po od jeho ktoré ktorý sú tiež pri aby podľa roku však nie byť už bol len alebo"),
        ("hu", "a az és hogy nem is egy ez ha meg csak már volt mint de még el ki azt vagy lehet kell ezt lesz szerint után között több pedig során minden"),
        ("ro", "de și în a la cu o pe un care că din nu pentru este mai sunt au fost ce se prin sau dar după către lui al ai ale această fi are"),
        ("tr", "ve bir bu da de için ile çok daha olarak olan gibi en ne var kadar sonra ancak ise değil her o ya göre büyük yeni son ki olduğu dedi"),
        ("id", "yang dan di dari ini untuk dengan pada dalam itu tidak akan juga ke oleh adalah ada telah sebagai bisa mereka saat tersebut atau karena lebih"),
        ("vi", "và của là có cho trong không được các một với người này đã những khi từ để ra vào đến cũng về như năm ở tại nhiều việc"),
        ("lt", "ir į kad yra iš su tai bet apie nuo per už buvo kaip jau dar jis po taip prie jo arba kai tik jų šis metų gali sakė"),
        ("hr", "i u je na se da su za od s o kao što će nije koji to bi iz ali po do je bio kako koje nakon više samo sve te"),
        ("ca", "de la i que el en a els les un per una amb no és del al es ha més com va són però aquest seva també entre ser fer"),
        ("sw", "ya na wa kwa ni katika la za kuwa hiyo huo cha yake hii kama hayo lakini baada watu alisema amesema pia hilo wao mwaka"),
        ("ru", "в и на не с что по о как из у за от к до это для его все при но или также был после года он она быть только так уже"),
        ("uk", "в і на не з що по про як із у за від до це для його всі при але або також був після року він вона бути та й щоб які"),
        ("bg", "на и в за се от да са с по е че не при като това до но през ще най който след са бе или също които има още"),
        ("sr", "и у је на се да су за од са о као што ће није који то би из али по до био како које након више само"),
        ("ar", "في من على أن إلى عن التي الذي هذا مع هذه كان لا ما قد بين بعد كما لم وقد حيث كل قال أو ذلك إن خلال"),
        ("fa", "و در به از که این را با است برای آن یک تا بر هم شد نیز می شود ها کرد خود بود او اما باید"),
        ("ur", "کے کی میں سے اور کا ہے کو نے پر کہ یہ اس ہیں کہا بھی تھا ایک ان نہیں"),
        ("hi", "के में की है को से और का ने पर कि यह इस हैं भी एक लिए कहा था नहीं हो साथ"),
    ];

    private static readonly Dictionary<string, List<int>> ByWord = Index();

    /// <summary>BCP 47 primary tag of <paramref name="text"/>, <c>und</c> when there is too little to tell.</summary>
    /// <param name="text">Running text; the first 4,000 characters are looked at.</param>
    /// <param name="declared">The language the document declares, or null. It stands unless the text clearly contradicts.</param>
    public static string Detect(string text, string? declared)
    {
        var claim = Primary(declared);
        var sample = text.AsSpan(0, Math.Min(text.Length, SampleLength));
        if (ByScript(sample) is { } certain)
        {
            return certain;
        }

        var (best, score, claimScore) = ByWords(sample, claim);
        if (claim is not null && (best is null || claimScore * 2 >= score))
        {
            return claim;
        }

        return best ?? claim ?? "und";
    }

    /// <summary>The primary subtag in lower case, or null when there is none: <c>de-AT</c> → <c>de</c>.</summary>
    public static string? Primary(string? tag)
    {
        var end = tag?.IndexOfAny(['-', '_']) ?? -1;
        var primary = (end > 0 ? tag![..end] : tag)?.Trim().ToLowerInvariant();
        return primary switch
        {
            null => null,
            "no" or "nn" => "nb",
            { Length: 2 or 3 } when primary.All(char.IsAsciiLetterLower) => primary,
            _ => null,
        };
    }

    private static string? ByScript(ReadOnlySpan<char> text)
    {
        int letters = 0, han = 0, kana = 0, hangul = 0, thai = 0, greek = 0, hebrew = 0, georgian = 0, armenian = 0, bengali = 0, tamil = 0;
        foreach (var c in text)
        {
            letters += char.IsLetter(c) ? 1 : 0;
            _ = c switch
            {
                >= '\u4E00' and <= '\u9FFF' => han++,
                >= '\u3040' and <= '\u30FF' => kana++,
                >= '\uAC00' and <= '\uD7AF' => hangul++,
                >= '\u0E00' and <= '\u0E7F' => thai++,
                >= '\u0370' and <= '\u03FF' => greek++,
                >= '\u0590' and <= '\u05FF' => hebrew++,
                >= '\u10A0' and <= '\u10FF' => georgian++,
                >= '\u0530' and <= '\u058F' => armenian++,
                >= '\u0980' and <= '\u09FF' => bengali++,
                >= '\u0B80' and <= '\u0BFF' => tamil++,
                _ => 0,
            };
        }

        var half = Math.Max(letters / 3, 10);
        return (kana > han / 10 && kana + han > half) ? "ja"
            : hangul > half ? "ko"
            : han > half ? "zh"
            : thai > half ? "th"
            : greek > half ? "el"
            : hebrew > half ? "he"
            : georgian > half ? "ka"
            : armenian > half ? "hy"
            : bengali > half ? "bn"
            : tamil > half ? "ta"
            : null;
    }

    private static (string? Best, double Score, double ClaimScore) ByWords(ReadOnlySpan<char> text, string? claim)
    {
        var lookup = ByWord.GetAlternateLookup<ReadOnlySpan<char>>();
        var scores = new double[FunctionWords.Length];
        Span<char> word = stackalloc char[16];
        var words = 0;
        foreach (var range in text.SplitAny(" \n\t.,;:!?\"“”„()[]«»–—'’/"))
        {
            var raw = text[range];
            if (raw.IsEmpty || raw.Length > word.Length)
            {
                continue;
            }

            words++;
            var length = raw.ToLowerInvariant(word);
            if (lookup.TryGetValue(word[..length], out var languages))
            {
                // A word that many languages have says little about which one this is.
                foreach (var language in languages)
                {
                    scores[language] += 1.0 / languages.Count;
                }
            }
        }

        var best = Array.IndexOf(scores, scores.Max());
        var claimed = claim is null ? -1 : Array.FindIndex(FunctionWords, f => f.Language == claim);
        // At least one word in twelve must be one of the best language's own.
        return scores[best] >= 2 && scores[best] * 12 >= words
            ? (FunctionWords[best].Language, scores[best], claimed < 0 ? 0 : scores[claimed])
            : (null, 0, 0);
    }

    private static Dictionary<string, List<int>> Index()
    {
        var index = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < FunctionWords.Length; i++)
        {
            foreach (var word in FunctionWords[i].Words.Split(' ').Distinct(StringComparer.Ordinal))
            {
                if (!index.TryGetValue(word, out var languages))
                {
                    index[word] = languages = [];
                }

                languages.Add(i);
            }
        }

        return index;
    }
}
