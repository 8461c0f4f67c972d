using Storyline.Evaluation;

EvaluationTask[] tasks = [new Extraction(), new ScriptTexts(), new Feeds(), new Robots(), new Search(), new Stories(), new Ner(), new Links(), new NamePairs(), new Quotes(), new Copies(), new Blocks(), new Fields(), new Frequencies()];
return await EvaluationProgram.RunAsync(tasks, args, Console.Out, Console.Error, CancellationToken.None);
